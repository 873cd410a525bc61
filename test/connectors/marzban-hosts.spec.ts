/** L2, L8: of a list that is only written whole, everybody else's entries stay, and ours are told from theirs. */

import type { Target } from "../../connectors/connector";
import type { WireObject } from "../../connectors/http/json";
import { openMarzban } from "../../connectors/marzban";
import type { TargetRecord } from "../../contracts/migration/records";
import { type SmallMarzban, startSmallMarzban } from "./support/marzban";
import { DEFAULT_HOST } from "./support/marzban-lists";
import { connect, hostWrite, TAG } from "./support/marzban-users";

const THEIRS: WireObject = { remark: "theirs", address: "cdn.example", port: 8443, future_field: { kept: true } };

let panel: SmallMarzban;
let target: Target;
beforeEach(async () => {
	panel = await startSmallMarzban();
	panel.lists.hosts[TAG]?.push({ ...THEIRS });
	target = openMarzban(connect(panel.url, { settleMs: 20, retryBaseMs: 1 }));
});
afterEach(async () => {
	await target.close();
	await panel.close();
});

const list = (tag = TAG): WireObject[] => panel.lists.hosts[tag] as WireObject[];
const remarks = (tag = TAG) => list(tag).map(({ remark }) => remark);
const digest = ({ data }: TargetRecord) => target.fingerprint("hosts", data);
const puts = () => panel.asked.filter(({ what }) => what === "PUT /api/hosts");

test("a write adds one entry and sends theirs back as they were answered, other tags not at all", async () => {
	await target.write("hosts", hostWrite());
	expect(list().slice(0, 2)).toEqual([DEFAULT_HOST, THEIRS]);
	expect(list()).toHaveLength(3);
	expect(Object.keys(JSON.parse(puts()[0]?.text ?? ""))).toEqual([TAG]);
});

test("written twice, from two connections, it is one entry, and the second sends nothing", async () => {
	await target.write("hosts", hostWrite());
	const other = openMarzban(connect(panel.url));
	await other.write("hosts", hostWrite());
	await other.close();
	expect([list().length, puts().length]).toEqual([3, 1]);
});

test("fifty at once, of two tags, all stand there: no list overwrites another", async () => {
	const writes = Array.from({ length: 50 }, (_, i) =>
		hostWrite({ remark: `host ${i}`, tag: i % 2 === 0 ? TAG : "VMess TCP" })
	);
	await Promise.all(writes.map(one => target.write("hosts", one)));
	expect([list().length, list("VMess TCP").length]).toEqual([27, 26]);
	// No list was read before the one before it was written, so none had to be sent again.
	expect(puts()).toHaveLength(50);
});

test("two hosts of one tag and one remark are two entries, each undone by itself", async () => {
	const [one, two] = [hostWrite(), hostWrite({ address: "nl.example" })];
	const made = await Promise.all([one, two].map(each => target.write("hosts", each)));
	expect(remarks()).toHaveLength(4);
	expect(await target.undo("hosts", { name: one.name, before: null, ours: digest(made[0] as TargetRecord) })).toBe(
		"restored"
	);
	expect(list().map(({ address }) => address)).toEqual(["{SERVER_IP}", "cdn.example", "nl.example"]);
	expect(await target.undo("hosts", { name: two.name, before: null, ours: digest(made[1] as TargetRecord) })).toBe(
		"restored"
	);
	expect(list()).toEqual([DEFAULT_HOST, THEIRS]);
});

test.each([
	["what it is", { alpn: "h3" }],
	["where it leads", { address: "edited.example" }]
])("one of ours that somebody edited, in %s, is left and told", async (_what, edit) => {
	const made = await target.write("hosts", hostWrite());
	Object.assign(list().at(-1) as WireObject, edit);
	expect(await target.undo("hosts", { name: made.name, before: null, ours: digest(made) })).toBe("changed-since");
	expect(list().at(-1)).toMatchObject(edit);
});

test("one that somebody removed needs no undo", async () => {
	const made = await target.write("hosts", hostWrite());
	list().pop();
	expect(await target.undo("hosts", { name: made.name, before: null, ours: digest(made) })).toBe("already");
});

test("theirs under our name is found, not added to; overwritten, it gets back every field and its place", async () => {
	const { tag, ...said } = hostWrite().data;
	list().unshift({ ...said, alpn: "h3", future_field: 1 } as WireObject);
	const stood = structuredClone(list());
	await expect(target.write("hosts", hostWrite())).rejects.toMatchObject({ code: "conflict" });
	const [there] = await target.find("hosts", [hostWrite().name]);
	const before = there?.data ?? null;
	const made = await target.write("hosts", hostWrite({}, { before }));
	expect([list().length, list()[0]]).toEqual([3, expect.objectContaining({ alpn: "h2", future_field: 1 })]);
	expect(await target.undo("hosts", { name: made.name, before, ours: digest(made) })).toBe("restored");
	expect(list()).toEqual(stood);
});

test("ours that leads elsewhere since, or belongs to another tag, is moved, not doubled", async () => {
	const made = await target.write("hosts", hostWrite());
	const moved = await target.write("hosts", hostWrite({ address: "new.example" }, { ours: digest(made) }));
	expect(list().map(({ address }) => address)).toEqual(["{SERVER_IP}", "cdn.example", "new.example"]);
	await target.write("hosts", hostWrite({ tag: "VMess TCP" }, { ours: digest(moved) }));
	expect([remarks(), remarks("VMess TCP")]).toEqual([
		[DEFAULT_HOST.remark, "theirs"],
		[DEFAULT_HOST.remark, "DE {USERNAME}"]
	]);
});

test("a write whose answer is lost is looked for before it is repeated", async () => {
	let lost = false;
	panel.hook = ({ what }) => {
		if (what !== "PUT /api/hosts" || lost) return undefined;
		lost = true;
		return { status: 500, text: "Internal Server Error", afterCommit: true };
	};
	await target.write("hosts", hostWrite());
	expect([list().length, puts().length]).toEqual([3, 1]);
});

test("a tag that the panel does not have, and what its columns cannot hold, is refused", async () => {
	await expect(target.write("hosts", hostWrite({ tag: "none" }))).rejects.toMatchObject({ code: "refused" });
	const long = hostWrite({ remark: "x".repeat(257) });
	await expect(target.write("hosts", long)).rejects.toMatchObject({ code: "refused" });
	expect(list()).toHaveLength(2);
});

describe("templates", () => {
	test("without an inbound none is made: its users might get all", async () => {
		const write = { name: "Empty", data: { name: "Empty", inbounds: { vless: [] } }, before: null };
		await expect(target.write("services", write)).rejects.toMatchObject({ code: "refused" });
		expect(panel.lists.templates).toEqual([]);
	});

	test("one of theirs is not changed, and ours with limits that somebody set is left", async () => {
		const write = { name: "Gold", data: { name: "Gold", inbounds: { vless: [TAG] } }, before: null };
		const made = await target.write("services", write);
		Object.assign(panel.lists.templates[0] as WireObject, { data_limit: 5 });
		expect(
			await target.undo("services", { name: "Gold", before: null, ours: target.fingerprint("services", made.data) })
		).toBe("changed-since");
		await expect(target.write("services", write)).rejects.toMatchObject({ code: "conflict" });
	});
});

test("nodes and settings are only told of", async () => {
	expect(await target.read("nodes", null, 5)).toMatchObject({ records: [], total: 0 });
	await expect(target.write("settings", hostWrite())).rejects.toMatchObject({ code: "refused" });
});
