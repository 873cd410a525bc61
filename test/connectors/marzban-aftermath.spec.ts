/** Whatever a step fails with: what is said of the record is what stands there, and nobody is open who should not be (L30). */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConnectorError, type Target, type Undo, type Write } from "../../connectors/connector";
import { openMarzban } from "../../connectors/marzban";
import type { FaultKind, Poison } from "../../demo/panels/faults";
import { startMarzban } from "../../demo/panels/marzban";
import type { Panel } from "../../demo/panels/panel";
import { tables } from "../support/holdings";
import { signIn } from "../support/panel-client";
import { connect, hostWrite, STATES, TAG, write } from "./support/marzban-users";

const POST = "POST /api/user";
const PUT = "PUT /api/user/:username";
const OWN = "PUT /api/user/:username/set-owner";
const LOOK = "GET /api/user/:username";

const CLASSES: readonly [string, FaultKind | number, boolean][] = [
	["is refused with 400", 400, false],
	["is refused with 422", 422, false],
	["is too large: 413", 413, false],
	["is forbidden by a proxy: 403", 403, false],
	["answers 404", 404, false],
	["crashes: 500", "error", false],
	["crashes after it took effect", "error", true],
	["is reset", "reset", false],
	["is reset after it took effect", "reset", true],
	["answers 502", "badGateway", false]
];
const SCOPES: readonly (readonly string[])[] = [[POST], [PUT], [OWN], [PUT, OWN], [POST, LOOK], [PUT, LOOK]];
/** A panel that says of somebody who is there that they are not cannot be told from one that forgot them. */
const mayBe = (routes: readonly string[], how: FaultKind | number): boolean =>
	!(routes.includes(LOOK) && typeof how === "number");
/** A database carries it, the API alone does not. */
const CARRIED = { created_at: "2026-01-01T00:00:00", used_traffic: "5" };
const KINDS: Readonly<Record<string, (name: string) => Write>> = {
	active: named => write(named, { ...STATES.active, admin: "res1", ...CARRIED }),
	disabled: named => write(named, { ...STATES.disabled, admin: "res1", ...CARRIED }),
	used_up: named => write(named, { ...STATES.active, admin: "res1", ...CARRIED, data_limit: "5" }),
	on_hold: named => write(named, { ...STATES.on_hold, admin: "res1", ...CARRIED })
};

let met = 0;
let spoil = (): void => undefined;
let folder: string;
let panel: Panel;
let target: Target;
const MODES = [
	["the API", false],
	["a database", true]
] as const;

async function open(database: boolean): Promise<void> {
	folder = mkdtempSync(join(tmpdir(), "banyan-aftermath-"));
	const file = join(folder, "marzban.db");
	panel = await startMarzban({ createMs: 0, loginMs: 0, jobSeconds: 0, file });
	const call = await signIn(panel, "/api/admin/token");
	for (const username of ["res1", "res2"])
		await call("POST", "/api/admin", { username, password: "x", is_sudo: false });
	target = openMarzban(connect(panel.url, { settleMs: 4, retryBaseMs: 1, ...(database && { database: file }) }));
}

async function close(): Promise<void> {
	await target.close();
	await panel.close();
	rmSync(folder, { recursive: true });
}

const poison = (routes: readonly string[], how: Poison["how"], afterCommit: boolean): void =>
	panel.setFaults({ rate: 0, poison: { hits: ({ route }) => routes.includes(route), how, afterCommit } });
const well = (): void => panel.setFaults({ rate: 0 });
const failure = (attempt: Promise<unknown>): Promise<unknown> => attempt.then(() => undefined).catch(error => error);

/** What the panel itself holds of a user, past its API. */
const row = (name: string) =>
	panel.db
		.prepare(
			`SELECT status, note, admins.username AS admin FROM users LEFT JOIN admins ON admin_id = admins.id
			WHERE users.username = ?`
		)
		.get(name) as { status: string; note: string | null; admin: string | null } | undefined;

/** An error says of the record what stands there. */
function isTrue(error: unknown, name: string, start?: ReturnType<typeof row>): void {
	expect(error).toBeInstanceOf(ConnectorError);
	const { details, left } = error as ConnectorError;
	const there = row(name);
	if (details.untouched) expect(there).toEqual(start);
	if (left) expect(there).toMatchObject({ status: left.data.status, admin: left.data.admin, note: left.data.note });
	// Nothing is said of the user: then they are not there, or it is said to be in doubt.
	if (!left && there) expect([details.untouched, details.ambiguous]).toEqual([undefined, true]);
}

describe.each(MODES)("by %s, a new user of whom", (_mode, database) => {
	beforeAll(() => open(database));
	afterAll(close);

	describe.each(SCOPES.map(routes => [routes.join(" and "), routes] as const))("%s", (_scope, routes) => {
		test.each(CLASSES.filter(([, how]) => mayBe(routes, how)))("%s", async (_class, how, afterCommit) => {
			for (const [kind, userOf] of Object.entries(KINDS)) {
				const name = `one_${++met}`;
				const asked = userOf(name);
				const before = tables(panel);
				poison(routes, how, afterCommit);
				const error = await failure(target.write("users", asked));
				well();
				if (error === undefined) {
					const [found] = await target.find("users", [name]);
					expect(target.fingerprint("users", found?.data ?? {})).toBe(target.fingerprint("users", asked.data));
				} else {
					isTrue(error, name);
					// Half made and open is what nobody may be.
					expect(`${kind}: ${row(name)?.status}`).not.toMatch(/: (active|on_hold)$/);
				}
				const sent = [{ ...asked.data }];
				const ours = error === undefined ? { ours: target.fingerprint("users", asked.data) } : {};
				const undone = await target.undo("users", { name, before: null, sent, ...ours });
				expect(["restored", "already"]).toContain(undone);
				expect(tables(panel)).toEqual(before);
			}
		});
	});
});

/** Someone who was ours, or stood there before us, is changed; answers what was said of it, and the start. */
async function change(isOurs: boolean): Promise<Undo & { error: unknown; start: ReturnType<typeof row> }> {
	const name = `two_${++met}`;
	const was = { ...STATES.active, admin: "res1", ...CARRIED };
	const { data: before } = await target.write("users", write(name, was));
	const start = row(name);
	const ours = target.fingerprint("users", before);
	const asked = write(name, { ...was, note: "later", admin: "res2" }, isOurs ? { ours } : { before });
	spoil();
	const error = await failure(target.write("users", asked));
	well();
	const { left } = (error ?? {}) as { left?: { data: typeof before } };
	const last = left ? target.fingerprint("users", left.data) : ours;
	return { name, before: isOurs ? null : before, ours: last, sent: [asked.data], error, start };
}

describe.each(MODES)("by %s, a user who is changed, and of whom", (_mode, database) => {
	beforeAll(() => open(database));
	afterAll(close);

	describe.each([
		["the change", [PUT]],
		["the new owner", [OWN]]
	] as const)("%s", (_step, routes) => {
		test.each(CLASSES)("%s", async (_class, how, afterCommit) => {
			spoil = () => poison(routes, how, afterCommit);
			for (const isOurs of [true, false]) {
				const { error, start, ...undo } = await change(isOurs);
				if (error === undefined) expect(row(undo.name)).toMatchObject({ note: "later", admin: "res2" });
				else isTrue(error, undo.name, start);
				expect(["restored", "already"]).toContain(await target.undo("users", undo));
				expect(row(undo.name)).toEqual(isOurs ? undefined : start);
			}
		});
	});
});

const OTHERS: Readonly<Record<string, { readonly routes: readonly string[]; readonly writeOf: () => Write }>> = {
	admins: {
		routes: ["POST /api/admin"],
		writeOf: () => {
			const name = `admin_${++met}`;
			return { name, data: { username: name, is_sudo: false }, before: null, secrets: { password: "a new one" } };
		}
	},
	services: {
		routes: ["POST /api/user_template", "PUT /api/user_template/:template_id"],
		writeOf: () => {
			const name = `Gold ${++met}`;
			return { name, data: { name, inbounds: { vless: [TAG] } }, before: null };
		}
	},
	hosts: { routes: ["PUT /api/hosts"], writeOf: () => hostWrite({ remark: `DE ${++met}` }) }
};

describe.each(Object.keys(OTHERS))("of %s, a new one that", stream => {
	beforeAll(() => open(false));
	afterAll(close);

	test.each(CLASSES)("%s", async (_class, how, afterCommit) => {
		const { routes, writeOf } = OTHERS[stream] as (typeof OTHERS)[string];
		const asked = writeOf();
		poison(routes, how, afterCommit);
		const error = await failure(target.write(stream, asked));
		well();
		const [there] = await target.find(stream, [asked.name]);
		if (error === undefined) {
			expect(target.fingerprint(stream, there?.data ?? {})).toBe(target.fingerprint(stream, asked.data));
			return;
		}
		const { details, left } = error as ConnectorError;
		expect(error).toBeInstanceOf(ConnectorError);
		if (details.untouched) expect(there).toBeUndefined();
		expect(left?.data).toEqual(there?.data);
	});
});

test.each(MODES)(
	"by %s, an owner taken away at the source goes where possible, and nothing is written twice",
	async (_mode, database) => {
		await open(database);
		const { data } = await target.write("users", write("freed", { admin: "res1", ...CARRIED }));
		const ours = target.fingerprint("users", data);
		const asked = write("freed", { admin: null, ...CARRIED }, { ours });
		const made = await target.write("users", asked);
		expect(row("freed")?.admin).toBe(database ? null : "res1");
		expect(target.onto?.("users", asked.data, data, "overwrite").losses).toHaveLength(database ? 0 : 1);
		const isAsAsked = target.fingerprint("users", made.data) === target.fingerprint("users", asked.data);
		expect(isAsAsked).toBe(database);
		await close();
	}
);

test.each(MODES)(
	"by %s, who has used all that they may is put on hold only where the use goes too",
	async (_mode, database) => {
		await open(database);
		const { data: there } = await target.write("users", write("held", CARRIED));
		for (const [used_traffic, data_limit, isKept] of [
			["7", "1", true],
			["7", "7", true],
			["7", "8", false],
			["7", null, false]
		] as const) {
			const asked = {
				...write("held", CARRIED).data,
				status: "on_hold",
				expire: null,
				on_hold_expire_duration: 1,
				data_limit
			};
			const { kept } = target.onto?.("users", asked, { ...there, used_traffic }, "overwrite") ?? {};
			expect([used_traffic, data_limit, kept !== undefined]).toEqual([used_traffic, data_limit, isKept && !database]);
		}
		await close();
	}
);

test("an admin whose count of traffic fails after they were made is taken away again", async () => {
	await open(true);
	panel.db.exec("CREATE TRIGGER busy BEFORE UPDATE OF users_usage ON admins BEGIN SELECT RAISE(ABORT, 'no'); END");
	const admin = { name: "counted", data: { username: "counted", users_usage: "5" }, secrets: { password: "x" } };
	const error = await failure(target.write("admins", { ...admin, before: null }));
	expect((error as ConnectorError).details.untouched).toBe(true);
	expect(await target.find("admins", ["counted"])).toEqual([]);
	await close();
});

test("an owner whom the target folds into another one is nobody's owner: the user is taken away again", async () => {
	await open(false);
	panel.db.exec(
		"CREATE TRIGGER fold AFTER UPDATE OF admin_id ON users BEGIN UPDATE users SET admin_id = (SELECT id FROM admins WHERE username = 'res2') WHERE id = new.id; END"
	);
	const error = await failure(target.write("users", write("folded", { admin: "res1" })));
	expect(error).toMatchObject({ code: "unexpected-answer", details: { untouched: true } });
	expect(row("folded")).toBeUndefined();
	await close();
});
