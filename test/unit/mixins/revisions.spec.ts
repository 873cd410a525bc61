/** Sets that change by revisions, in the data folder: numbered, each of them as it was, and no change of anybody lost. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import { invalid } from "../../../cluster/errors";
import type { KeptRevisions } from "../../../mixins/revisions/kept";
import { revisions } from "../../../mixins/revisions.mixin";

type Flags = Readonly<Record<string, number>>;

let dir: string;
let broker: ServiceBroker;
let kept: KeptRevisions<Flags>;
let most = 1_000_000;
const heard: object[] = [];

beforeAll(async () => {
	dir = mkdtempSync(join(tmpdir(), "banyan-revisions-"));
	broker = new ServiceBroker({
		logger: false,
		settings: { dataDir: dir, store: "embedded", access: "write" }
	} as never);
	const check = (value: Flags): void => {
		const over = Object.keys(value).find(key => (value[key] ?? 0) > most);
		if (over !== undefined) throw invalid([{ field: over, message: `${most} at most.` }]);
	};
	const mixin = revisions<Flags>({ kept: "kept", empty: {}, check, changed: "flags.changed" });
	({ revisions: kept } = broker.createService({ name: "flags", mixins: [mixin] }) as never);
	broker.createService({
		name: "listener",
		events: { "flags.changed": (ctx: { params: object }) => void heard.push(ctx.params) }
	} as never);
	await broker.start();
});
afterAll(async () => {
	await broker.stop();
	rmSync(dir, { recursive: true, force: true });
});

const by = (expected: number, more: object = {}) => ({ expected, reason: "why", author: "k-1", once: null, ...more });
const setting = (key: string, value: number) => (flags: Flags) => ({ ...flags, [key]: value });
const refusal = (asked: Promise<unknown>): Promise<string> =>
	asked.then(
		() => "done",
		error => `${error.type}: ${error.message}`
	);

it("has nothing at first, which is revision 0", async () => {
	const current = await kept.of("none").current();
	expect(current).toMatchObject({ revision: 0, author: null, at: null, value: {} });
	expect(await kept.of("none").at(0)).toEqual(current);
	expect(await kept.of("none").history({ limit: 10 })).toEqual({ items: [], next: null });
});

it("C1: has each revision with author, reason and time, as it was, and tells of it once it is kept", async () => {
	const set = kept.of("course");
	const one = await set.change({ ...by(0), decide: setting("a", 1) });
	const two = await set.change({ ...by(1, { author: "person:p", reason: "more" }), decide: setting("b", 2) });
	expect(two).toMatchObject({ revision: 2, author: "person:p", reason: "more", value: { a: 1, b: 2 } });
	expect(await set.at(1)).toEqual(one);
	expect(await set.current()).toEqual(two);
	expect(await set.diff(1, 2)).toEqual([{ path: ["b"], kind: "added", before: null, after: 2 }]);
	expect(heard).toContainEqual({ set: "course", revision: 2, hash: two.hash });
	const page = await set.history({ limit: 1 });
	expect(page.items).toMatchObject([{ revision: 2 }]);
	expect((await set.history({ limit: 1, after: page.next ?? "" })).items).toMatchObject([{ revision: 1 }]);
	expect(await kept.sets()).toContain("course");
});

it("C1: goes back by a new revision that is the old one byte for byte", async () => {
	const set = kept.of("back");
	const one = await set.change({ ...by(0), decide: setting("a", 1) });
	await set.change({ ...by(1), decide: setting("a", 2) });
	const back = await set.rollback({ ...by(2), to: 1 });
	expect(back).toMatchObject({ revision: 3, hash: one.hash, value: one.value });
	expect(await set.diff(1, 3)).toEqual([]);
	expect((await set.rollback({ ...by(3), to: 0 })).value).toEqual({});
});

it("refuses what was overtaken, what is not there, what is too large, and what is checked and not accepted", async () => {
	const set = kept.of("refused");
	await set.change({ ...by(0), decide: setting("a", 5) });
	const before = await set.current();
	expect(await refusal(set.change({ ...by(0), decide: setting("a", 2) }))).toMatch(
		/^REVISION_CONFLICT: .* is 1, and not 0/
	);
	expect(await refusal(set.change({ ...by(7), decide: setting("a", 2) }))).toMatch("REVISION_CONFLICT");
	expect(await refusal(set.at(9))).toMatch(/^REVISION_NOT_FOUND: .* no revision 9: the newest is 1/);
	expect(await refusal(set.rollback({ ...by(1), to: 9 }))).toMatch("REVISION_NOT_FOUND");
	const large = Object.fromEntries(Array.from({ length: 60_000 }, (_, at) => [`a key of some length ${at}`, at]));
	expect(await refusal(set.change({ ...by(1), decide: () => large }))).toMatch("REVISION_TOO_LARGE");
	most = 3;
	expect(await refusal(set.change({ ...by(1), decide: setting("b", 4) }))).toMatch("VALIDATION_ERROR");
	most = 4;
	expect(await refusal(set.rollback({ ...by(1), to: 1 }))).toBe(
		"REVISION_UNFIT: Revision 1 of 'refused' cannot be set again: a: 4 at most."
	);
	most = 1_000_000;
	expect(await set.current()).toEqual(before);
});

it("is the same revision when its change is asked for once more under the same key", async () => {
	const set = kept.of("again");
	const change = { ...by(0, { once: "key" }), decide: setting("a", 1) };
	const made = await set.change(change);
	expect(await set.change(change)).toEqual(made);
	expect(await refusal(set.change({ ...change, once: "other" }))).toMatch("REVISION_CONFLICT");
	expect(await refusal(set.change({ ...change, author: "k-2" }))).toMatch("REVISION_CONFLICT");
});

it("C6: loses no change of 50 writers", async () => {
	const set = kept.of("writers");
	const add = async (): Promise<void> => {
		for (;;) {
			const { revision } = await set.current();
			const more = { ...by(revision), decide: (flags: Flags) => ({ n: (flags.n ?? 0) + 1 }) };
			if ((await refusal(set.change(more))) === "done") return;
		}
	};
	await Promise.all(Array.from({ length: 50 }, add));
	expect(await set.current()).toMatchObject({ revision: 50, value: { n: 50 } });
});

it("forgets who somebody was, and keeps what they set", async () => {
	const set = kept.of("forgotten");
	const made = await set.change({ ...by(0, { author: "person:ada" }), decide: setting("a", 1) });
	expect(await kept.made("ada")).toBe(1);
	expect(await kept.forget("ada")).toBe(1);
	expect(await set.current()).toEqual({ ...made, author: "erased" });
	expect(await kept.forget("ada")).toBe(0);
});
