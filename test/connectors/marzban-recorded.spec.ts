/** The recorded users, written: what the last answer says of each is what stands there, in fewer than two calls. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Source, Target, Write } from "../../connectors/connector";
import { openMarzban } from "../../connectors/marzban";
import { openMarzneshin } from "../../connectors/marzneshin";
import type { Json } from "../../contracts/json";
import type { Definition } from "../../contracts/migration/definition";
import type { SourceRecord } from "../../contracts/migration/records";
import { startMarzban } from "../../demo/panels/marzban";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { transform } from "../../domain/migration/mapping";
import { loadMappings } from "../../domain/migration/mappings";
import { connect } from "./support/marzban-users";

const RULES = {
	inboundTags: {},
	refusedNames: "rename",
	resettingPlans: "full",
	limitedUsers: "disable",
	noAccess: "create"
};
const DEFINITION = { streams: ["admins", "users"], rules: RULES };
const WRITES = ["POST /api/user", "PUT /api/user/:username", "PUT /api/user/:username/set-owner"];
const READS = ["GET /api/user/:username", "GET /api/users"];

let folder: string;
let [from, to]: Panel[] = [];
let source: Source;
let target: Target;

async function open(database: boolean): Promise<void> {
	folder = mkdtempSync(join(tmpdir(), "banyan-recorded-"));
	const file = join(folder, "marzban.db");
	from = await startMarzneshin({ createMs: 0, loginMs: 0, jobSeconds: 0 });
	to = await startMarzban({ createMs: 0, loginMs: 0, jobSeconds: 0, file });
	const { url } = from;
	source = openMarzneshin({ connector: "marzneshin", url, username: "admin", password: "admin123" });
	target = openMarzban(connect(to.url, database ? { database: file } : {}));
}

async function close(): Promise<void> {
	await Promise.all([source.close(), target.close(), from?.close(), to?.close()]);
	rmSync(folder, { recursive: true });
}

async function records(stream: string): Promise<SourceRecord[]> {
	const all = new Map<string, SourceRecord>();
	for (let cursor: string | null = null; ; ) {
		const page: Awaited<ReturnType<Source["read"]>> = await source.read(stream, cursor, 100);
		for (const record of page.records) all.set(record.id, record);
		if (page.next === null) return [...all.values()];
		cursor = page.next;
	}
}

/** As a run would send them, each name once. */
async function mapped(stream: string): Promise<Write[]> {
	const mapping = (await loadMappings()).named("marzneshin-to-marzban");
	const [said, there] = await Promise.all([source.check(), target.check()]);
	const context = mapping?.contextOf(said.facts as never, there.facts as never, DEFINITION as unknown as Definition);
	const writes = (await records(stream)).flatMap(record => {
		const made = transform(mapping?.streams[stream] as never, record, context as Json);
		return made.target ? [{ ...made.target, before: null, secrets: { password: "a new one" } }] : [];
	});
	return [...new Map(writes.map(write => [write.name.toLowerCase(), write])).values()];
}

const asked = (names: readonly string[]): number => names.reduce((sum, name) => sum + (to?.requests[name] ?? 0), 0);

describe.each([
	["the API", false],
	["a database", true]
])("by %s", (_mode, database) => {
	beforeAll(() => open(database), 60_000);
	afterAll(close);

	it("each stands there as its last answer said, by so few calls, and none to read it back", async () => {
		for (const admin of await mapped("admins")) await target.write("admins", admin);
		const users = await mapped("users");
		expect(users.length).toBeGreaterThan(950);
		const before = [asked(WRITES), asked(READS)] as const;
		const made = await Promise.all(users.map(user => target.write("users", user)));
		const calls = (asked(WRITES) - before[0]) / users.length;
		expect(asked(READS) - before[1]).toBe(0);
		expect(calls).toBeLessThanOrEqual(1.9);
		const names = made.map(({ name }) => name);
		const found = new Map((await target.find("users", names)).map(({ name, data }) => [name, data]));
		const prints = (data: (index: number) => Json): string[] =>
			names.map((name, index) => `${name} ${target.fingerprint("users", data(index))}`);
		const there = prints(index => found.get(names[index] as string) ?? {});
		expect(prints(index => made[index]?.data ?? {})).toEqual(there);
		expect(prints(index => users[index]?.data ?? {})).toEqual(there);
	}, 120_000);
});
