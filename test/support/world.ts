/** Two sample panels with a gate before each, what happens there by a script, and what was seen of it. */

import { type EventData, type EventStore, openMemoryStore } from "../../adapters/eventstore";
import { openMarzban } from "../../connectors/marzban";
import { openMarzneshin } from "../../connectors/marzneshin";
import type { Json } from "../../contracts/json";
import type { Definition } from "../../contracts/migration/definition";
import type { Intent, SourceRecord, Transformed } from "../../contracts/migration/records";
import { startMarzban } from "../../demo/panels/marzban";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import type { DataOf, Prepared } from "../../domain/migration/events";
import { type Mapping, transform } from "../../domain/migration/mapping";
import { loadMappings } from "../../domain/migration/mappings";
import type { AnyRun, SourceChange, SourceUser } from "./any-run";
import { type Crash, type CrashingNode, startCrashingNode } from "./crashing-node";
import { type Failing, type Gate, openGate, type Passing } from "./gate";
import { holdings } from "./holdings";
import { signIn } from "./panel-client";

const LOGIN = { username: "admin", password: "admin123" };
/** Said, since a small panel may have nobody to read it off. */
const KEYS = { authAlgorithm: "xxh128" };
export const EDITED = "edited by somebody else";
/** More than any run needs to come to rest. */
const MOST_STARTS = 12;

export interface Sides {
	readonly source: Panel;
	readonly target: Panel;
	readonly mapping: Mapping<Json>;
}

export async function openSides(): Promise<Sides> {
	const source = await startMarzneshin({ createMs: 0, loginMs: 0, jobSeconds: 0 });
	const target = await startMarzban({ createMs: 0, loginMs: 0, jobSeconds: 0 });
	const call = await signIn(target, "/api/admin/token");
	await call("POST", "/api/admin", { username: "reseller1", password: "x", is_sudo: false });
	const mapping = (await loadMappings()).named("marzneshin-to-marzban") as Mapping<Json>;
	return { source, target, mapping };
}

export interface TargetUser {
	readonly username: string;
	readonly status: string;
	readonly note: string | null;
	readonly data_limit: bigint | null;
	readonly expire: bigint | null;
}

/** The source's users at one moment. */
type Snapshot = ReadonlyMap<string, SourceRecord>;

export class World {
	readonly store: EventStore = openMemoryStore();
	/** What was seen that must never be. */
	readonly broken: string[] = [];
	/** From the first to the last. */
	readonly snapshots: Snapshot[] = [];
	/** The first snapshot that the last listing after the copy may have seen. */
	listedFrom = 0;
	/** Names at the target that somebody else touched. */
	readonly touched = new Set<string>();
	/** Names that the target acknowledged and then lost. */
	readonly lost = new Set<string>();
	readonly intended = new Set<string>();
	context!: Json;
	first: unknown[] = [];
	readonly squatters = new Set<string>();
	private readonly mayConnect = new Set<string>();
	private readonly forgotten = new Set<Passing>();
	private pages = 0;
	private calls = 0;
	private paused: (() => void) | undefined;
	private pauseAt = Number.POSITIVE_INFINITY;
	private isCalm = false;
	/** There is a run to speak of. */
	isBegun = false;
	private sourceGate!: Gate;
	private edit!: Awaited<ReturnType<typeof signIn>>;
	private readonly ends;

	constructor(
		readonly sides: Sides,
		readonly script: AnyRun
	) {
		this.ends = {
			source: openMarzneshin({ connector: "marzneshin", url: sides.source.url, ...LOGIN, ...KEYS }),
			target: openMarzban({ connector: "marzban", url: sides.target.url, ...LOGIN })
		};
	}

	async open(): Promise<void> {
		const { source, target, mapping } = this.sides;
		for (const table of ["users", "users_services"]) source.db.exec(`DELETE FROM ${table}`);
		for (const table of ["users", "proxies", "exclude_inbounds_association"]) target.db.exec(`DELETE FROM ${table}`);
		for (const user of this.script.users) this.add(user);
		this.sourceGate = await openGate(source, { call: passing => this.sourceAsked(passing) });
		this.edit = await signIn(target, "/api/admin/token");
		const [from, to] = await Promise.all([this.ends.source.check(), this.ends.target.check()]);
		const definition = {
			streams: ["users"],
			rules: { inboundTags: {}, refusedNames: "rename", ...this.script.definition.rules }
		};
		const sharedNames = sharedOf(this.script.users.map(({ row }) => String(row.username).toLowerCase()));
		this.context = mapping.contextOf({ ...from.facts, sharedNames }, to.facts, definition as unknown as Definition);
		await this.look();
		await this.squat();
		this.first = holdings(target);
	}

	async close(): Promise<void> {
		await Promise.all([this.ends.source.close(), this.ends.target.close(), this.sourceGate.close()]);
		await this.store.close();
	}

	/** No more changes, no more failures. */
	calm(): void {
		this.isCalm = true;
	}

	get document(): string {
		const { conflict, batch, rules } = this.script.definition;
		return JSON.stringify({
			name: "panel",
			source: { connector: "marzneshin", url: this.sourceGate.url, ...LOGIN, ...KEYS, retryBaseMs: 1 },
			target: { connector: "marzban", url: "${TARGET_URL}", ...LOGIN, retryBaseMs: 1, settleMs: 20, timeoutMs: 60_000 },
			streams: ["users"],
			conflict,
			rules,
			batch: { records: batch },
			catchUp: { passes: 4, removals: 100 }
		});
	}

	/** A node for the time of `work`, which may crash in between. */
	async onNode<T>(crash: Crash | undefined, work: (node: CrashingNode) => Promise<T>): Promise<T | undefined> {
		const gate = await openGate(this.sides.target, {
			call: passing => this.targetAsked(passing),
			answered: (passing, status, body) => {
				if (status !== 200) return;
				this.seen(body);
				if (this.forgotten.delete(passing)) this.forget((JSON.parse(body) as { username: string }).username);
			}
		});
		const environment = { TARGET_URL: gate.url };
		const appended = (_: string, events: readonly EventData[]): void => this.recorded(events);
		const node = await startCrashingNode({ store: this.store, environment, crash, shut: gate.shut, appended });
		try {
			if (!this.isBegun) await this.plan(node);
			return await work(node);
		} catch (error) {
			if (node.crashed) return undefined;
			throw error;
		} finally {
			await node.stop();
			await gate.close();
		}
	}

	/** Plans in calm: a plan writes nothing, and there is a human before it. */
	private async plan({ broker }: CrashingNode): Promise<void> {
		const wasCalm = this.isCalm;
		this.isCalm = true;
		const plan = await broker.call("migration.plan", { document: this.document });
		if (!plan.ok) throw new Error(JSON.stringify(plan.findings));
		this.isCalm = wasCalm;
	}

	/** Starts it again and again until it has nothing to do. */
	async finish(crashes: readonly (Crash | undefined)[], action: "start" | "repair" | "rollback"): Promise<void> {
		let ordered = false;
		for (let starts = 0; starts < MOST_STARTS; starts++) {
			const phase = await this.onNode(crashes[starts], async node => {
				if (!ordered || action === "rollback") await node.broker.call(`migration.${action}`, { name: "panel" });
				else await node.broker.call("migration.start", { name: "panel" });
				ordered = true;
				return (await node.rests("panel"))?.phase;
			});
			if (phase === (action === "rollback" ? "rolled-back" : "finished")) return;
		}
		throw new Error(`It does not come to rest: ${await this.why()}`);
	}

	/** One life that somebody pauses. */
	async pausedLife(at: number): Promise<void> {
		await this.onNode(undefined, async node => {
			const reached = new Promise<void>(resolve => {
				this.paused = resolve;
			});
			this.pauseAt = this.calls + at;
			await node.broker.call("migration.start", { name: "panel" });
			await Promise.race([reached, node.rests("panel")]);
			await node.broker.call("migration.pause", { name: "panel" }).catch(unlessOver);
		});
	}

	async oneLife(crash: Crash): Promise<void> {
		await this.onNode(crash, async node => {
			await node.broker.call("migration.start", { name: "panel" });
			await node.rests("panel");
		});
	}

	private async why(): Promise<string> {
		let last: unknown;
		for await (const { event } of this.store.read("migration/panel")) if (event.type === "failed") last = event.data;
		return JSON.stringify(last);
	}

	/** The record as the target shall hold it. */
	expected(record: SourceRecord): Transformed {
		return transform(this.sides.mapping.streams.users as never, record, this.context);
	}

	async held(): Promise<Map<string, Json>> {
		const held = new Map<string, Json>();
		const names = (this.users() as { username: string }[]).map(({ username }) => username);
		for (const { name, data } of await this.ends.target.find("users", names)) held.set(name, data);
		return held;
	}

	fingerprint(data: Json): string {
		return this.ends.target.fingerprint("users", data);
	}

	holdings(): unknown[] {
		return holdings(this.sides.target);
	}

	users(): TargetUser[] {
		return this.sides.target.db
			.prepare("SELECT username, status, note, data_limit, expire FROM users ORDER BY id")
			.all() as unknown as TargetUser[];
	}

	/** The source as it is now, remembered. */
	async look(): Promise<void> {
		const snapshot = new Map<string, SourceRecord>();
		let cursor: string | null = null;
		do {
			const page: Awaited<ReturnType<typeof this.ends.source.read>> = await this.ends.source.read("users", cursor, 100);
			for (const record of page.records) snapshot.set(record.id, record);
			cursor = page.next;
		} while (cursor !== null);
		this.snapshots.push(snapshot);
		this.learn(snapshot);
	}

	/** Who may connect from now on. */
	private learn(snapshot: Snapshot): void {
		for (const record of snapshot.values()) {
			const { target } = this.expected(record);
			if (target && canConnect(target.data)) this.mayConnect.add(target.name);
		}
	}

	private add({ row, services }: SourceUser): void {
		const { db } = this.sides.source;
		const taken = db.prepare("SELECT 1 FROM users WHERE username = ?").get(row.username as string);
		if (taken) return;
		const full = { created_at: "2026-01-01 00:00:00.000000", ...row };
		const names = Object.keys(full);
		const key =
			`${row.key}`.slice(8) +
			String(Number((db.prepare("SELECT COALESCE(MAX(id), 0) AS n FROM users").get() as { n: bigint }).n)).padStart(
				8,
				"0"
			);
		const cells = Object.values({ ...full, key });
		const sql = `INSERT INTO users (${names.map(name => `"${name}"`).join()}) VALUES (${names.map(() => "?").join()})`;
		const { lastInsertRowid } = db.prepare(sql).run(...cells);
		for (const service of services)
			db.prepare("INSERT INTO users_services VALUES (?, ?)").run(lastInsertRowid, service);
	}

	private async squat(): Promise<void> {
		const records = [...(this.snapshots[0] as Snapshot).values()];
		for (const { user, kind, owned } of this.script.squatters) {
			const record = records[user % records.length] as SourceRecord;
			const { target } = this.expected(record);
			// Where one waits for the source to be mended, somebody may stand as well.
			const name = target?.name ?? record.name;
			if (this.squatters.has(name) || !/^\w{3,32}$/.test(name)) continue;
			this.squatters.add(name);
			if (target && kind === "same") {
				await this.ends.target.write("users", { name, data: target.data, before: null });
				continue;
			}
			await this.edit("POST", "/api/user", { username: name, proxies: { vless: {} }, note: "theirs", data_limit: 7 });
			if (owned) await this.edit("PUT", `/api/user/${name}/set-owner?admin_username=reseller1`);
			if (kind === "other-disabled") await this.edit("PUT", `/api/user/${name}`, { status: "disabled" });
		}
	}

	private async sourceAsked({ method, path }: Passing): Promise<undefined> {
		if (method !== "GET" || path !== "/api/users") return;
		if (this.isCalm) return;
		const due = this.script.changes.filter(({ at }) => at === this.pages);
		this.pages++;
		for (const { change } of due) this.change(change);
		if (due.length > 0) await this.look();
	}

	private change(change: SourceChange): void {
		if ("added" in change) {
			this.add(change.added);
			return;
		}
		const { db } = this.sides.source;
		const ids = db.prepare("SELECT id FROM users WHERE NOT removed ORDER BY id").all() as { id: bigint }[];
		const id = ids[change.user % Math.max(1, ids.length)]?.id;
		if (id !== undefined) db.prepare(`UPDATE users SET ${change.set} WHERE id = ?`).run(id);
	}

	private async targetAsked(passing: Passing): Promise<Failing | undefined> {
		this.written(passing);
		if (this.isCalm) return undefined;
		const call = this.calls++;
		for (const { user, kind } of this.script.edits.filter(({ at }) => at === call)) await this.touch(user, kind);
		if (call >= this.pauseAt) this.paused?.();
		const failing = this.script.failures.find(({ at, length }) => call >= at && call < at + length);
		if (!failing) return undefined;
		const { kind, after } = failing;
		if (kind === "forgets") {
			if (passing.method === "POST" && passing.path === "/api/user") this.forgotten.add(passing);
			return undefined;
		}
		return { kind, after: after && kind !== "tooMany" && passing.method !== "GET" };
	}

	/** L1: nothing is written but what was intended before. */
	private written({ method, path, body }: Passing): void {
		if (method === "GET" || path === "/api/admin/token") return;
		const name =
			method === "POST"
				? (JSON.parse(body) as { username: string }).username
				: decodeURIComponent(path.split("/")[3] ?? "");
		if (!this.intended.has(name)) this.broken.push(`${method} ${path}: ${name} was written and not intended before`);
	}

	private recorded(events: readonly EventData[]): void {
		for (const { type, data } of events) {
			if (type === "planned") this.begun(data as DataOf<"planned">);
			else if (type === "again" || type === "copied") this.listedFrom = this.snapshots.length - 1;
			else if (type === "prepared") this.intend((data as Prepared).intents);
		}
	}

	private intend(intents: readonly Intent[]): void {
		for (const { target } of intents) if (target) this.intended.add(target.name);
	}

	private begun({ context }: DataOf<"planned">): void {
		this.isBegun = true;
		this.context = context;
		for (const snapshot of this.snapshots) this.learn(snapshot);
	}

	/** As a database that lost its last transaction. */
	private forget(name: string): void {
		this.lost.add(name);
		const { db } = this.sides.target;
		const of = "(SELECT id FROM users WHERE username = ?)";
		db.prepare(`DELETE FROM proxies WHERE user_id IN ${of}`).run(name);
		db.prepare("DELETE FROM users WHERE username = ?").run(name);
	}

	/** Somebody else's hand at the target. */
	async touch(user: number, kind: "edit" | "delete"): Promise<void> {
		const there = this.users();
		const name = there[user % Math.max(1, there.length)]?.username;
		if (name === undefined) return;
		this.touched.add(name);
		if (kind === "delete") await this.edit("DELETE", `/api/user/${name}`);
		else await this.edit("PUT", `/api/user/${name}`, { note: EDITED });
	}

	/** In no answer may anybody connect who never could at the source. */
	private seen(body: string): void {
		const said = JSON.parse(body) as Json & { users?: Json[] };
		for (const user of said.users ?? [said]) {
			const { username, status } = user;
			if (typeof username !== "string" || typeof status !== "string") continue;
			if (this.squatters.has(username) || this.mayConnect.has(username) || !canConnect(user)) continue;
			this.broken.push(`${username} is ${status} with ${JSON.stringify(user.inbounds)}, and never was at the source`);
		}
	}
}

const sharedOf = (names: readonly string[]): string[] => [
	...new Set(names.filter((name, index) => names.indexOf(name) !== index))
];

const canConnect = ({ status, inbounds }: Json): boolean =>
	(status === "active" || status === "on_hold") &&
	Object.values(inbounds as Record<string, string[]>).some(tags => tags.length > 0);

function unlessOver(error: unknown): void {
	if ((error as { type?: string }).type !== "MIGRATION_NOT_READY") throw error;
}
