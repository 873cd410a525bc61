/** Marzban as a target: written by its HTTP API with a sudo account. */

import type { Json } from "../../contracts/json";
import type { Definition } from "../../contracts/migration/definition";
import type { Connection, TargetRecord } from "../../contracts/migration/records";
import { unlessEndless } from "../beyond";
import { type Caps, USUAL } from "../caps";
import {
	type Check,
	ConnectorError,
	type Cursor,
	type Load,
	type Onto,
	type OpenTarget,
	type Page,
	type Spec,
	type Target,
	type Undo,
	type Undone,
	type Write
} from "../connector";
import { readCursor } from "../cursor";
import { Concurrency } from "../http/concurrency";
import { COMMON_OPTIONS, LINK_OPTIONS, Options } from "../http/options";
import { Session } from "../http/session";
import { type Database, openDatabase } from "../sql";
import { AdminRows } from "./admin-rows";
import { Admins } from "./admins";
import { countUsers, listAdmins } from "./api";
import { copyInto } from "./backup";
import { BY_HAND, byHand } from "./by-hand";
import { checkMarzban } from "./check";
import { hostFingerprint, refuseHost } from "./host-records";
import { Hosts } from "./hosts";
import { Lane, Wellbeing } from "./lane";
import { links } from "./links";
import { ontoNamesake } from "./namesakes";
import { Naming } from "./naming";
import { Owners } from "./owners";
import { adminOnto } from "./power";
import { adminFingerprint } from "./records";
import { onto } from "./steps";
import { refuseTemplate, Templates, templateFingerprint } from "./templates";
import { UserRows } from "./user-rows";
import { Users } from "./users";
import { Writer } from "./writer";

/** Beside the writes, for reads. */
const SPARE_CONNECTIONS = 8;
const UNCHANGED = "UPDATE alembic_version SET version_num = version_num";
/** Longer than this many times `settleMs` no short outage takes. */
const OUTAGE = 6;

export const marzbanSpec: Spec = {
	connector: "marzban",
	role: "target",
	title: "Marzban",
	options: {
		...COMMON_OPTIONS,
		...LINK_OPTIONS,
		// Whoever makes a record may own it.
		username: { ...COMMON_OPTIONS.username, fixed: true },
		concurrency: {
			type: "number",
			range: { min: 1, max: 64, integer: true },
			default: 8,
			description: "Writes at once at most; how many is found by measuring."
		},
		settleMs: {
			type: "number",
			range: { min: 0, max: 600_000, integer: true },
			default: 5000,
			description: "How long a write whose answer was lost is looked for before it is repeated."
		},
		database: {
			type: "string",
			fixed: true,
			secret: true,
			default: "",
			description:
				"The panel's own database, for what its API cannot set: a path, sqlite:///path or mysql://user:password@host/name."
		}
	},
	streams: ["admins", "services", "hosts", "users"],
	records: { users: { credentials: ["proxies"], links, keeps: { field: "admin", code: "owner_kept" } } },
	createsPerSecond: 100,
	capabilities: { cas: false, uniqueNaturalKey: true, keysetPaging: false, longestExecution: 30_000 }
};

export const openMarzban: OpenTarget = (connection, caps) => new Marzban(connection, caps);

/** What is done with each stream. */
interface Stream {
	readonly count: () => Promise<number>;
	readonly read: (cursor: Cursor | null, limit: number) => Promise<Page<TargetRecord>>;
	readonly find: (names: readonly string[]) => Promise<readonly TargetRecord[]>;
	readonly write: (write: Write, signal?: AbortSignal) => Promise<TargetRecord>;
	readonly undo: (undo: Undo, signal?: AbortSignal) => Promise<Undone>;
	readonly fingerprint: (data: Json) => string;
	/** Throws for what is never sent. */
	readonly refuse?: (name: string, data: Json) => void;
	readonly lasting?: (name: string) => string | undefined;
	readonly lane: Lane;
}

class Marzban implements Target {
	readonly spec = marzbanSpec;
	readonly #session: Session;
	readonly #database: Database | undefined;
	readonly #owners: Owners;
	readonly #naming: Naming;
	readonly #streams: Readonly<Record<string, Stream>>;

	constructor(connection: Connection, caps: Caps = USUAL) {
		const options = new Options(marzbanSpec, connection);
		const ceiling = options.number("concurrency");
		const common = options.session();
		this.#session = new Session({
			...common,
			system: marzbanSpec.title,
			tokenPath: "/api/admin/token",
			connections: ceiling + SPARE_CONNECTIONS,
			caps
		});
		this.#owners = new Owners(this.#session);
		const database = options.string("database");
		const held = { access: "write", reach: common.way.reach, caps } as const;
		this.#database = database === "" ? undefined : openDatabase(database, common.timeoutMs, held);
		this.#naming = new Naming(this.#session, this.#database);
		const writer = new Writer({ settleMs: options.number("settleMs"), retryBaseMs: common.retryBaseMs });
		const wellbeing = new Wellbeing({
			isWell: () => this.#isWell(),
			outageMs: options.number("settleMs") * OUTAGE
		});
		const lane = (most: number): Lane => new Lane(new Concurrency(most), wellbeing);
		this.#streams = {
			...Object.fromEntries(BY_HAND.map(stream => [stream, { ...byHand, lane: lane(1) }])),
			admins: this.#admins(writer, lane(ceiling)),
			// Each change of a list writes the whole list.
			services: this.#services(writer, lane(1)),
			hosts: this.#hosts(writer, lane(1)),
			users: this.#users(writer, lane(ceiling))
		};
	}

	check(): Promise<Check> {
		return checkMarzban(this.#session, this.#naming, this.#database);
	}

	async discover(): Promise<{ stream: string; count: number }[]> {
		return await Promise.all(this.spec.streams.map(async stream => ({ stream, count: await this.count(stream) })));
	}

	async count(stream: string): Promise<number> {
		return await this.#of(stream).count();
	}

	async read(stream: string, cursor: Cursor | null, limit: number): Promise<Page<TargetRecord>> {
		return await this.#of(stream).read(cursor, Math.max(1, limit));
	}

	async find(stream: string, names: readonly string[]): Promise<readonly TargetRecord[]> {
		return await this.#of(stream).find(names);
	}

	async write(stream: string, write: Write, signal?: AbortSignal): Promise<TargetRecord> {
		return await this.#of(stream).write(write, signal);
	}

	async undo(stream: string, undo: Undo, signal?: AbortSignal): Promise<Undone> {
		return await this.#of(stream).undo(undo, signal);
	}

	onto(stream: string, data: Json, before: Json, conflict: Definition["conflict"]): Onto {
		const taken = ontoNamesake(stream, data, before);
		if (taken) return taken;
		if (stream === "admins") return adminOnto(data, before);
		// Under the other policies nobody is written over; the database takes away what the API cannot.
		const isKept = stream === "users" && conflict === "overwrite" && !this.#database;
		return isKept ? onto(data, before) : { data, losses: [] };
	}

	refuses(stream: string, name: string, data: Json): string | undefined {
		try {
			this.#of(stream).refuse?.(name, data);
			return undefined;
		} catch (error) {
			if (error instanceof ConnectorError) return error.message;
			throw error;
		}
	}

	lasting(stream: string, name: string): string | undefined {
		return this.#of(stream).lasting?.(name);
	}

	fingerprint(stream: string, data: Json): string {
		return this.#of(stream).fingerprint(data);
	}

	load(stream: string): Load {
		return this.#of(stream).lane.stats;
	}

	async backup(folder: string): Promise<string | null> {
		return this.#database ? await copyInto(folder, this.#database) : null;
	}

	async close(): Promise<void> {
		await Promise.all([this.#session.close(), this.#database?.close()]);
	}

	/** Asked when a record failed: a panel that answers this, and a database that takes this, are not what failed (L28). */
	async #isWell(): Promise<boolean> {
		try {
			await this.#database?.change([{ sql: UNCHANGED }], "rehearsal");
			return (await this.#session.object("/api/admin")).is_sudo === true;
		} catch (error) {
			if (error instanceof ConnectorError) return false;
			throw error;
		}
	}

	#of(name: string): Stream {
		const stream = Object.hasOwn(this.#streams, name) ? this.#streams[name] : undefined;
		if (stream === undefined) throw new ConnectorError("refused", `Marzban has no stream ${name}.`);
		return stream;
	}

	#users(writer: Writer, lane: Lane): Stream {
		const rows = this.#database && new UserRows(this.#database);
		const users = new Users(this.#session, writer, lane, this.#owners, rows);
		return {
			count: () => countUsers(this.#session),
			read: users.read.bind(users),
			find: users.find.bind(users),
			write: users.write.bind(users),
			undo: users.undo.bind(users),
			fingerprint: users.fingerprint.bind(users),
			refuse: users.refuse.bind(users),
			lane
		};
	}

	#admins(writer: Writer, lane: Lane): Stream {
		const rows = this.#database && new AdminRows(this.#database);
		const admins = new Admins(this.#session, writer, lane, this.#owners, this.#naming, rows);
		return {
			count: async () => (await listAdmins(this.#session)).length,
			read: async (cursor, limit) => pageOf(await listAdmins(this.#session), cursor, limit),
			find: admins.find.bind(admins),
			write: admins.write.bind(admins),
			undo: admins.undo.bind(admins),
			fingerprint: adminFingerprint,
			lasting: admins.lasting.bind(admins),
			lane
		};
	}

	/** What a service becomes here: a template of users. */
	#services(writer: Writer, lane: Lane): Stream {
		const templates = new Templates(this.#session, writer, lane, this.#naming);
		return {
			count: async () => (await templates.all()).length,
			read: async (cursor, limit) => pageOf(await templates.all(), cursor, limit),
			find: templates.find.bind(templates),
			write: templates.write.bind(templates),
			undo: templates.undo.bind(templates),
			fingerprint: templateFingerprint,
			refuse: (_name, data) => refuseTemplate(data),
			lane
		};
	}

	#hosts(writer: Writer, lane: Lane): Stream {
		const hosts = new Hosts(this.#session, writer, lane);
		return {
			count: async () => (await hosts.all()).length,
			read: async (cursor, limit) => pageOf(await hosts.all(), cursor, limit),
			find: hosts.find.bind(hosts),
			write: hosts.write.bind(hosts),
			undo: hosts.undo.bind(hosts),
			fingerprint: hostFingerprint,
			refuse: refuseHost,
			lane
		};
	}
}

/** Behind this name; `asked` pages were taken until here. Earlier versions gave the name alone. */
interface After {
	readonly after: string;
	readonly asked: number;
}
const isAfter = (value: unknown): value is After | string => {
	const { after, asked = 1 } = typeof value === "object" ? ((value ?? {}) as Partial<After>) : { after: value };
	return typeof after === "string" && Number.isSafeInteger(asked) && asked > 0;
};

/** Of a list that comes whole, each time: behind the last name. */
function pageOf(all: readonly TargetRecord[], cursor: Cursor | null, limit: number): Page<TargetRecord> {
	const from = cursor === null ? null : readCursor(cursor, isAfter, "Marzban");
	const { after, asked } = typeof from === "string" ? { after: from, asked: 1 } : (from ?? { after: null, asked: 1 });
	unlessEndless(asked, all.length, limit, "A list");
	const rest = all.filter(({ name }) => after === null || name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
	const records = rest.slice(0, limit);
	const last = records.at(-1);
	const next =
		last === undefined || rest.length <= limit ? null : JSON.stringify({ after: last.name, asked: asked + 1 });
	return { records, total: all.length, next };
}
