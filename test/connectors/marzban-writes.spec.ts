import type { ConnectorError, Target, Write } from "../../connectors/connector";
import { openMarzban } from "../../connectors/marzban";
import { type SmallMarzban, startSmallMarzban } from "./support/marzban";
import { connect, data, ID, STATES, write } from "./support/marzban-users";

interface Ground {
	panel: SmallMarzban;
	target: Target;
	/** How many users were sent to be created. */
	posts: () => number;
}

/** A panel and a target of its own for each test around. */
function ground(): Ground {
	const on = {} as Ground;
	beforeEach(async () => {
		const panel = await startSmallMarzban();
		on.panel = panel;
		on.target = openMarzban(connect(panel.url));
		on.posts = () => panel.asked.filter(({ what }) => what === "POST /api/user").length;
	});
	afterEach(async () => {
		await on.target.close();
		await on.panel.close();
	});
	return on;
}

describe("who may not connect", () => {
	const on = ground();

	test.each(["disabled", "expired", "disabled_hold"])(
		"one who is %s could never connect, not between two requests",
		async name => {
			await on.target.write("users", write("shut", STATES[name]));
			expect(on.panel.seen.filter(state => /^shut (active|on_hold) open$/.test(state))).toEqual([]);
			expect(on.panel.users.get("shut")).toMatchObject({
				status: name === "expired" ? "expired" : "disabled",
				inbounds: { vless: ["VLESS TCP REALITY"] }
			});
		}
	);

	test("without inbounds a user has none, and a protocol left out gets none", async () => {
		await on.target.write("users", write("nowhere", STATES.nowhere));
		await on.target.write("users", write("half", STATES.half));
		expect(on.panel.users.get("nowhere")?.inbounds).toEqual({ vless: [] });
		expect(on.panel.users.get("half")?.inbounds).toEqual({ vless: ["VLESS TCP REALITY"], trojan: [] });
		expect(on.panel.seen.filter(state => state.startsWith("nowhere") && state.endsWith("open"))).toEqual([]);
	});
});

describe("after a lost answer", () => {
	const on = ground();

	test.each([
		["an answered 500", { status: 500, text: "Internal Server Error", hangUp: true }],
		["a proxy's 502", { status: 502, text: "<html>" }],
		["a reset", { cut: true }]
	])("a create that took effect before %s is not made again", async (_name, reply) => {
		let armed = true;
		on.panel.hook = ({ what }) => {
			if (what !== "POST /api/user" || !armed) return undefined;
			armed = false;
			return { ...reply, afterCommit: true };
		};
		const made = await on.target.write("users", write("once", STATES.disabled));
		expect(made.data).toMatchObject({ status: "disabled", data_limit: "9007199254740993" });
		expect(on.posts()).toBe(1);
	});

	test.each([
		["500", { status: 500, text: "no" }],
		["429", { status: 429, text: "no", headers: { "retry-after": "0" } }],
		["reset", { cut: true }]
	])("a create that did not take effect (%s) is made after looking", async (_name, reply) => {
		let armed = true;
		on.panel.hook = ({ what }) => {
			if (what !== "POST /api/user" || !armed) return undefined;
			armed = false;
			return reply;
		};
		await on.target.write("users", write("twice"));
		expect(on.posts()).toBe(2);
		expect(on.panel.users.size).toBe(1);
	});

	test("what an earlier, killed write left half made is finished, not doubled", async () => {
		const term = { over: false };
		on.panel.hook = ({ what }) => {
			if (what === "POST /api/user") term.over = true;
			return undefined;
		};
		await expect(on.target.write("users", write("half", STATES.disabled), term)).rejects.toMatchObject({
			code: "stopped"
		});
		on.panel.hook = () => undefined;
		const made = await on.target.write("users", write("half", { ...STATES.disabled, admin: "dbsudo" }));
		expect(made.data).toMatchObject({ status: "disabled", admin: "dbsudo" });
		expect(on.panel.users.size).toBe(1);
	});
});

describe("whose user it is", () => {
	const on = ground();

	test("a name that somebody else has is a conflict, and they are left as they are", async () => {
		await on.target.write(
			"users",
			write("taken", { proxies: { vless: { id: ID.replace("8", "9"), flow: "" } }, inbounds: {} })
		);
		const there = { ...on.panel.users.get("taken") };
		await expect(on.target.write("users", write("taken"))).rejects.toMatchObject({ code: "conflict" });
		expect(on.panel.users.get("taken")).toEqual(there);
	});

	test("what we wrote last may be changed; what is no longer so may not", async () => {
		const first = await on.target.write("users", write("moving"));
		const ours = on.target.fingerprint("users", first.data);
		const second = await on.target.write("users", write("moving", { note: "later" }, { ours }));
		expect(second.data.note).toBe("later");
		await expect(on.target.write("users", write("moving", { note: "again" }, { ours }))).rejects.toMatchObject({
			code: "conflict"
		});
	});

	test("who was there and is gone is not made anew", async () => {
		await expect(on.target.write("users", write("gone", {}, { before: data() }))).rejects.toMatchObject({
			code: "conflict"
		});
		expect(on.posts()).toBe(0);
	});

	test("next_plan stays through a change", async () => {
		const { data: before } = await on.target.write("users", write("planned"));
		const plan = { data_limit: 9007199254740993n, expire: 0, add_remaining_traffic: false, fire_on_either: true };
		Object.assign(on.panel.users.get("planned") ?? {}, { next_plan: plan });
		await on.target.write("users", write("planned", { note: "x" }, { before }));
		expect(on.panel.users.get("planned")?.next_plan).toEqual(plan);
	});

	test("an owner who is not there is told, and the user is left to be finished", async () => {
		const owned = write("owned", { admin: "nobody" });
		await expect(on.target.write("users", owned)).rejects.toMatchObject({ code: "refused" });
		await on.target.write("admins", { name: "nobody", data: {}, before: null, secrets: { password: "x" } });
		expect((await on.target.write("users", owned)).data.admin).toBe("nobody");
		expect(on.panel.users.size).toBe(1);
	});
});

describe("what is not sent", () => {
	const on = ground();

	test("poison is refused before anything is sent", async () => {
		for (const changes of [{ proxies: {} }, { expire: 253_402_300_799 }, { data_limit: "0" }, { status: "limited" }]) {
			await expect(on.target.write("users", write("poison", changes))).rejects.toMatchObject({ code: "refused" });
		}
		expect(on.panel.asked).toEqual([]);
	});

	test("stopped in doubt, it looks once and waits for nothing, and the doubt is told", async () => {
		const term = { over: false };
		on.panel.hook = ({ what }) => {
			if (what !== "POST /api/user") return undefined;
			term.over = true;
			return { cut: true };
		};
		const patient = openMarzban(connect(on.panel.url, { settleMs: 60_000 }));
		await expect(patient.write("users", write("doubt"), term)).rejects.toMatchObject({
			details: { ambiguous: true }
		});
		expect(on.posts()).toBe(1);
		await patient.close();
	});

	test("stopped midway, nothing more is sent", async () => {
		const term = { over: false };
		on.panel.hook = ({ what }) => {
			if (what === "POST /api/user") term.over = true;
			return undefined;
		};
		await expect(on.target.write("users", write("stopped", STATES.disabled), term)).rejects.toMatchObject({
			code: "stopped"
		});
		expect(on.panel.asked.filter(({ method }) => method === "PUT")).toEqual([]);
	});
});

describe("a write whose end was never learned", () => {
	const on = ground();
	const down = { status: 503, text: "" };

	/** Everything is answered with 503, and what was sent took effect. */
	async function lost(sent: Write): Promise<ConnectorError> {
		await on.target.count("users");
		on.panel.hook = () => ({ ...down, afterCommit: true });
		const failed: unknown = await on.target.write("users", sent).catch((error: unknown) => error);
		on.panel.hook = () => undefined;
		return failed as ConnectorError;
	}

	test.each(["active", "disabled", "half", "nowhere"])("one who is %s is known as ours, and taken back", async name => {
		const sent = write("lost", STATES[name]);
		const { code, details } = await lost(sent);
		expect([code, details.untouched, on.panel.users.size]).toEqual(["broken", undefined, 1]);
		const undo = { name: "lost", before: null };
		expect(await on.target.undo("users", undo)).toBe("changed-since");
		expect(await on.target.undo("users", { ...undo, sent: [sent.data] })).toBe("restored");
		expect(await on.target.undo("users", { ...undo, sent: [sent.data] })).toBe("already");
		expect(on.panel.users.size).toBe(0);
	});

	test("one whom somebody changed since, or who has other credentials, is left", async () => {
		const made = await on.target.write("users", write("kept"));
		const undo = { name: "kept", before: null };
		expect(await on.target.undo("users", { ...undo, sent: [data({ note: "theirs" })] })).toBe("changed-since");
		const proxies = { vless: { id: ID.replace(/^./, "e") } };
		expect(await on.target.undo("users", { ...undo, sent: [{ ...made.data, proxies }] })).toBe("changed-since");
		expect(on.panel.users.size).toBe(1);
	});

	test("who stood there before is put back from half-way, and left once somebody else changed them", async () => {
		const before = (await on.target.write("users", write("there"))).data;
		const sent = [{ ...before, note: "ours", expire: 2_000_000_000 }];
		await on.target.write("users", { name: "there", data: { ...before, note: "ours" }, before });
		expect(await on.target.undo("users", { name: "there", before, sent })).toBe("restored");
		expect(on.panel.users.get("there")?.note ?? null).toBe(before.note ?? null);
		await on.target.write("users", { name: "there", data: data({ note: "theirs" }), before });
		expect(await on.target.undo("users", { name: "there", before, sent })).toBe("changed-since");
	});

	test("what was refused, and what is somebody else's, is said to be untouched", async () => {
		const { details } = await lost(write("never", { proxies: {} }));
		expect(details.untouched).toBe(true);
		await on.target.write("users", write("taken", { note: "theirs" }));
		await expect(on.target.write("users", write("taken"))).rejects.toMatchObject({
			code: "conflict",
			details: { untouched: true }
		});
	});
});

describe("a panel with its slips", () => {
	const on = ground();

	test("one user without an owner is undone although the panel answers 500", async () => {
		const made = await on.target.write("users", write("ownerless"));
		const ours = on.target.fingerprint("users", made.data);
		expect(await on.target.undo("users", { name: "ownerless", before: null, ours })).toBe("restored");
		expect(on.panel.users.size).toBe(0);
	});

	test("a poisoned row breaks the list, and the others are found one by one", async () => {
		await on.target.write("users", write("healthy"));
		on.panel.users.set("sick", { username: "sick", admin: null, inbounds: {}, status: "active", poisoned: true });
		expect((await on.target.find("users", ["healthy", "absent"])).map(({ name }) => name)).toEqual(["healthy"]);
		expect(await on.target.find("users", ["healthy", "sick"])).toMatchObject([
			{ name: "healthy" },
			{ name: "sick", unreadable: expect.stringContaining("cannot read") }
		]);
		await expect(on.target.read("users", null, 10)).rejects.toMatchObject({
			code: "broken",
			message: expect.stringContaining("cannot list")
		});
	});

	test("a database that compares without case answers for a namesake, who is somebody else", async () => {
		await on.target.write("users", write("namesake"));
		on.panel.hook = ({ what }) =>
			what === "GET /api/user/Namesake" ? { json: { username: "namesake", proxies: {}, inbounds: {} } } : undefined;
		expect(await on.target.undo("users", { name: "Namesake", before: null, ours: "x" })).toBe("already");
	});

	test("names are found by their case, many at once, in bounded requests", async () => {
		const names = Array.from({ length: 250 }, (_, i) => `user_${i}`);
		for (const name of names.slice(0, 3)) await on.target.write("users", write(name));
		on.panel.asked.length = 0;
		const found = await on.target.find("users", [...names, "USER_1"]);
		expect(found.map(({ name }) => name)).toEqual(names.slice(0, 3));
		expect(on.panel.asked).toHaveLength(3);
	});

	test("rows that go while they are listed shift nothing out of sight", async () => {
		const names = Array.from({ length: 20 }, (_, i) => `user_${String(i).padStart(2, "0")}`);
		for (const name of names) await on.target.write("users", write(name));
		const first = await on.target.read("users", null, 5);
		// As many go as come: the total stays.
		for (const name of names.slice(0, 3)) on.panel.users.delete(name);
		for (const name of ["zz1", "zz2", "zz3"])
			on.panel.users.set(name, { ...on.panel.users.get("user_19"), username: name });
		const seen = new Set(first.records.map(({ name }) => name));
		for (let next = first.next; next !== null; ) {
			const page = await on.target.read("users", next, 5);
			for (const { name } of page.records) seen.add(name);
			next = page.next;
		}
		expect(names.filter(name => !seen.has(name))).toEqual([]);
	});
});
