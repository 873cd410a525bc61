/** Marzban as a target: written by its HTTP API with a sudo account. */

import type { Json } from "../../contracts/json";
import type { Definition } from "../../contracts/migration/definition";
import type { Connection, TargetRecord } from "../../contracts/migration/records";
import { type Caps, USUAL } from "../caps";
import {
	type Check,
	ConnectorError,
	type Cursor,
	type Load,
	type Onto,
	type OpenTarget,
	type Page,
	type Target,
	type Term,
	type Undo,
	type Undone,
	type Write
} from "../connector";
import { Options } from "../http/options";
import { Session } from "../http/session";
import { type Database, openDatabase } from "../sql";
import { streamNamed } from "../streams";
import { copyInto } from "./backup";
import { checkMarzban } from "./check";
import { Wellbeing } from "./lane";
import { ontoNamesake } from "./namesakes";
import { Naming } from "./naming";
import { Owners } from "./owners";
import { adminOnto } from "./power";
import { marzbanSpec } from "./spec";
import { onto } from "./steps";
import { type Stream, streamsOf } from "./streams";
import { Writer } from "./writer";

/** Beside the writes, for reads. */
const SPARE_CONNECTIONS = 8;
const UNCHANGED = "UPDATE alembic_version SET version_num = version_num";
/** Longer than this many times `settleMs` no short outage takes. */
const OUTAGE = 6;

export { marzbanSpec };

export const openMarzban: OpenTarget = (connection, caps) => new Marzban(connection, caps);

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
		const parts = { session: this.#session, owners: this.#owners, naming: this.#naming, database: this.#database };
		this.#streams = streamsOf(parts, writer, { wellbeing, ceiling });
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

	async write(stream: string, write: Write, term?: Term): Promise<TargetRecord> {
		return await this.#of(stream).write(write, term);
	}

	async undo(stream: string, undo: Undo, term?: Term): Promise<Undone> {
		return await this.#of(stream).undo(undo, term);
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
		return streamNamed(this.spec.title, this.#streams, name);
	}
}
