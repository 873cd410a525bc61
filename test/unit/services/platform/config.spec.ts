/** Settings by revisions, over the service as it is: what is refused changes nothing, and no secret is ever seen. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../../../cluster";
import { follow } from "../../../../cluster/followed";
import { SETTINGS } from "../../../../contracts/cluster";
import { normal } from "../../../../domain/platform/config/settings";
import { openNode } from "../../../../node";

// biome-ignore lint/suspicious/noExplicitAny: a test looks at what it expects
type Said = any;

let folder: string;
let broker: Broker;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-config-"));
	broker = await openNode(
		{ services: ["access", "config", "users"], logLevel: "fatal", logFile: 2 },
		{ DATA_DIR: folder, CONFIG_ENVIRONMENTS: "40", TOTP_ISSUER: "Here" }
	);
});
afterAll(async () => {
	await broker.stop();
	rmSync(folder, { recursive: true, force: true });
});

const caller = { id: "k-7", scopes: ["config:write"] };
const call = (action: string, params: object = {}, meta: object = { caller }): Promise<Said> =>
	broker.call(action as "config.list", params as never, { meta } as never);
const why = (expected: number, more: object = {}) => ({ expected, reason: "because", ...more });
const refusal = (asked: Promise<unknown>): Promise<Said> =>
	asked.then(
		() => "done",
		error => error
	);
const texts = ({ data }: Said): string[] => data.map(({ field, message }: Said) => `${field}: ${message}`);

let count = 0;
/** An environment that nobody else has. */
const fresh = (): string => `of-${count++}`;
const change = (environment: string, expected: number, service: string, values: object, more: object = {}) =>
	call("config.change", { environment, service, values, ...why(expected), ...more });

describe("a change", () => {
	it("C1: is a revision with its author, its reason and what it changed, of several services at once", async () => {
		const environment = fresh();
		const made = await call("config.changeAll", {
			environment,
			...why(0),
			services: { sessions: { REFRESH_GRACE: 30 }, node: { CALL_TRIES: "7" }, mfa: { TOTP_ISSUER: "There" } }
		});
		expect(made).toMatchObject({ environment, revision: 1, author: "k-7", reason: "because" });
		expect(made.changes).toEqual([
			{ path: ["mfa", "TOTP_ISSUER"], kind: "added", before: null, after: "There", secret: false },
			{ path: ["node", "CALL_TRIES"], kind: "added", before: null, after: 7, secret: false },
			{ path: ["sessions", "REFRESH_GRACE"], kind: "added", before: null, after: 30, secret: false }
		]);
		const next = await change(environment, 1, "sessions", { REFRESH_GRACE: null, SESSION_TOUCH: 60 });
		expect(next.changes.map(({ kind, path }: Said) => `${kind} ${path[1]}`)).toEqual([
			"removed REFRESH_GRACE",
			"added SESSION_TOUCH"
		]);
		expect((await call("config.history", { environment })).items).toMatchObject([{ revision: 2 }, { revision: 1 }]);
		expect(await call("config.environments", { service: "sessions" })).toContainEqual(
			expect.objectContaining({ environment, revision: 2, set: { sessions: ["SESSION_TOUCH"] } })
		);
		expect((await call("config.diff", { environment, revision: 2 })).changes).toEqual(next.changes);
		expect((await call("config.diff", { environment, revision: 0, from: 2 })).changes).toHaveLength(3);
	});

	it("C1: goes back byte for byte, by a new revision", async () => {
		const environment = fresh();
		const secret = { BANYAN_SECRET_A: "one that nobody sees" };
		const one = await change(environment, 0, "secrets", secret);
		await change(environment, 1, "secrets", { BANYAN_SECRET_A: "another one" });
		const back = await call("config.rollback", { environment, revision: 1, ...why(2) });
		expect(back).toMatchObject({ revision: 3, hash: one.hash });
		const bytes = async (revision: number): Promise<string> =>
			JSON.stringify((await call("config.revision", { environment, revision })).value);
		expect(await bytes(3)).toBe(await bytes(1));
		expect(await call("config.reveal", { environment, names: ["BANYAN_SECRET_A"] })).toEqual(secret);
	});

	it("has the author of the call, whatever fields say", async () => {
		const environment = fresh();
		expect((await refusal(change(environment, 0, "gateway", {}, { author: "somebody" }))).type).toBe(
			"VALIDATION_ERROR"
		);
		const { author } = await call(
			"config.change",
			{ environment, service: "node", values: { CALL_TRIES: 3 }, ...why(0) },
			{}
		);
		expect(author).toBeNull();
	});
});

it("C2: of a change over 20 keys, 10,000 random reads meanwhile see all or none", async () => {
	const keys = SETTINGS.filter(setting => !setting.local && [60, 99].every(n => normal(setting, n) === n)).slice(0, 20);
	expect(keys).toHaveLength(20);
	const services = (n: number): Record<string, Record<string, number>> => {
		const all: Record<string, Record<string, number>> = {};
		for (const { owner, variable } of keys) all[owner ?? "node"] = { ...all[owner ?? "node"], [variable]: n };
		return all;
	};
	const environment = "default";
	const followed = follow(broker, { set: "config", read: value => value as Said, start: {} });
	const write = (n: number) => call("config.changeAll", { environment, ...why(n), services: services(60 + (n % 40)) });
	await write(0);
	let isOver = false;
	const writing = (async () => {
		for (let n = 1; !isOver; n++) await write(n);
	})();
	const seen = new Set<number>();
	const readers: readonly (() => Promise<Said>)[] = [
		async () => followed.now.value,
		async () => (await call("config.snapshot", { environment })).value,
		async () => (await call("config.revision", { environment, revision: Math.max(1, followed.now.revision) })).value
	];
	let mixed = 0;
	for (let read = 0; read < 10_000; read++) {
		// Mostly as nodes read; now and then of the service itself.
		const value = await readers[read % 20 > 2 ? 0 : read % 3]?.();
		const found = new Set(Object.values<object>(value ?? {}).flatMap(each => Object.values<number>(each as Said)));
		if (found.size > 1) mixed++;
		for (const each of found) seen.add(each);
		if (read % 50 === 0) await new Promise(setImmediate);
	}
	isOver = true;
	await writing;
	expect([mixed, seen.size > 5]).toEqual([0, true]);
});

describe("what cannot be set", () => {
	const wrong: readonly (readonly [string, string, object, RegExp])[] = [
		["an unknown key", "sessions", { REFRESH_GRACES: 1 }, /^sessions.REFRESH_GRACES: 'sessions' has no setting/],
		["a key of another service", "sessions", { CALL_TRIES: 1 }, /has no setting 'CALL_TRIES'/],
		["a text for a number", "sessions", { REFRESH_GRACE: "soon" }, /must be a whole number, 0 to 300 s/],
		["a number for a text", "mfa", { TOTP_ISSUER: 7 }, /TOTP_ISSUER must be/],
		["a switch for a number", "sessions", { REFRESH_GRACE: true }, /must be a whole number/],
		["a number for a switch", "auth", { REGISTRATION: 1 }, /REGISTRATION must be on or off/],
		["half of a whole number", "sessions", { REFRESH_GRACE: 1.5 }, /must be a whole number/],
		["too little", "node", { CALL_TRIES: 0 }, /CALL_TRIES must be a whole number, 1 to 20/],
		["too much", "node", { CALL_TRIES: 21 }, /1 to 20/],
		["a table", "node", { CALL_TRIES: { a: 1 } }, /1 to 20/],
		["a list", "mfa", { TOTP_ISSUER: ["a"] }, /TOTP_ISSUER must be/],
		["a file of each node", "oidc", { OIDC_PROVIDERS: "/etc/passwd" }, /environment of each node alone/],
		["who has all rights", "auth", { ADMIN_EMAIL: "a@example.com" }, /environment of each node alone/],
		["to take away what there is not", "node", { NOTHING: null }, /has no setting 'NOTHING'/],
		["a secret of no such name", "secrets", { PASSWORD: "a" }, /is called BANYAN_SECRET_/],
		["a setting of Banyan itself", "secrets", { CLUSTER_KEY: "a" }, /is called BANYAN_SECRET_/],
		["a secret that is no text", "secrets", { BANYAN_SECRET_A: 7 }, /text of 1 to 8192/],
		["an empty secret", "secrets", { BANYAN_SECRET_A: "" }, /text of 1 to 8192/],
		["a long secret", "secrets", { BANYAN_SECRET_A: "a".repeat(8193) }, /text of 1 to 8192/],
		["what every table has", "node", { constructor: 1 }, /no setting 'constructor'/],
		["nothing at all", "node", {}, /^values: Name a setting/]
	];
	it.each(wrong)(
		"%s: says what and where, and changes nothing, not even what is right beside it",
		async (_, service, values, said) => {
			const environment = fresh();
			await change(environment, 0, "signing", { SIGNING_KEY_DAYS: 30 });
			const before = await call("config.revision", { environment, revision: 1 });
			const beside = { signing: { SIGNING_KEY_DAYS: 31 }, [service]: values };
			const error = await refusal(change(environment, 1, service, values));
			expect(error).toMatchObject({ type: "VALIDATION_ERROR", code: 422 });
			expect(texts(error).join("\n")).toMatch(said);
			if (Object.keys(values).length > 0)
				expect((await refusal(call("config.changeAll", { environment, ...why(1), services: beside }))).code).toBe(422);
			const { revision, hash } = await call("config.snapshot", { environment });
			expect({ revision, hash }).toEqual({ revision: 1, hash: before.hash });
		}
	);

	it("says all that is wrong at once", async () => {
		const services = { sessions: { A: 1, REFRESH_GRACE: -1 }, nobody: { B: 1 } };
		const error = await refusal(call("config.changeAll", { environment: fresh(), ...why(0), services }));
		expect(texts(error).map(text => text.split(":")[0])).toEqual(["sessions.A", "sessions.REFRESH_GRACE", "nobody.B"]);
	});

	it("a service that is none, a reason that says nothing, an environment that is none", async () => {
		const environment = fresh();
		const change_ = (more: object) =>
			refusal(call("config.change", { environment, service: "node", values: { CALL_TRIES: 3 }, ...why(0), ...more }));
		expect(await change_({ service: "nobody" })).toMatchObject({ type: "CONFIG_SERVICE_UNKNOWN", code: 404 });
		expect(await refusal(call("config.get", { service: "constructor" }))).toMatchObject({ code: 404 });
		expect(await refusal(call("config.environments", { service: "nobody" }))).toMatchObject({ code: 404 });
		const fields: readonly object[] = [
			{ reason: "  " },
			{ reason: "a".repeat(501) },
			{ reason: undefined },
			{ expected: -1 },
			{ expected: undefined },
			{ environment: "Not So" },
			{ environment: "" }
		];
		for (const field of fields) expect(await change_(field)).toMatchObject({ type: "VALIDATION_ERROR" });
	});

	it("one environment too many", async () => {
		const names = Array.from({ length: 60 }, (_, at) => `many-${at}`);
		let last: Said = "done";
		for (const name of names) {
			last = await refusal(change(name, 0, "node", { CALL_TRIES: 3 }));
			if (last !== "done") break;
		}
		expect(last).toMatchObject({ type: "LIMIT_REACHED" });
		expect(last.message).toMatch(/40 environments \(CONFIG_ENVIRONMENTS\)/);
		// Those that there are change as ever.
		expect(await change("many-0", 1, "node", { CALL_TRIES: 4 })).toMatchObject({ revision: 2 });
	});
});
