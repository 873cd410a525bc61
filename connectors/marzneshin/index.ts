/** Marzneshin as a source: read by its HTTP API with a sudo account, never written. */

import type { Json } from "../../contracts/json";
import type { FoundArtefacts } from "../../contracts/migration/extractor";
import type { Connection, SourceRecord } from "../../contracts/migration/records";
import { type Caps, USUAL } from "../caps";
import type { Check, Cursor, OpenSource, Page, Source, Spec } from "../connector";
import { COMMON_OPTIONS, Options } from "../http/options";
import { Session } from "../http/session";
import { type Database, openDatabase } from "../sql";
import { AdminRows } from "./admin-rows";
import { LARGEST_PAGE, streamOf, whole } from "./api";
import { type AlgorithmOption, algorithmOption, checkMarzneshin } from "./check";
import { readInbounds } from "./inbounds";
import { readPage, slice } from "./paging";
import { fingerprint, STREAMS } from "./records";
import { count } from "./rows";
import { findUser, users } from "./users";

const CONNECTIONS = 8;

export const marzneshinSpec: Spec = {
	connector: "marzneshin",
	role: "source",
	title: "Marzneshin",
	options: {
		...COMMON_OPTIONS,
		authAlgorithm: {
			type: "enum",
			fixed: true,
			values: ["auto", "xxh128", "plain"],
			default: "auto",
			description: "How credentials are derived from keys; auto reads it off an active user's links."
		},
		database: {
			type: "string",
			fixed: true,
			secret: true,
			default: "",
			description:
				"The panel's own database, only read, for its admins' passwords: a path, sqlite:///path or mysql://user:password@host/name."
		},
		pageSize: {
			type: "number",
			range: { min: 1, max: LARGEST_PAGE, integer: true },
			default: LARGEST_PAGE,
			description: "Users a page; the panel refuses more than 100."
		}
	},
	streams: Object.keys(STREAMS),
	capabilities: { cas: false, uniqueNaturalKey: true, keysetPaging: false, longestExecution: 30_000 }
};

export const openMarzneshin: OpenSource = (connection, caps) => new Marzneshin(connection, caps);

class Marzneshin implements Source {
	readonly spec = marzneshinSpec;
	readonly #session: Session;
	readonly #algorithm: AlgorithmOption;
	readonly #pageSize: number;
	readonly #database: Database | undefined;
	readonly #admins: AdminRows | undefined;

	constructor(connection: Connection, caps: Caps = USUAL) {
		const options = new Options(marzneshinSpec, connection);
		this.#algorithm = algorithmOption(options.string("authAlgorithm"));
		this.#pageSize = options.number("pageSize");
		const common = options.session();
		const database = options.string("database");
		const held = { access: "read", reach: common.way.reach, caps } as const;
		this.#database = database === "" ? undefined : openDatabase(database, common.timeoutMs, held);
		this.#admins = this.#database && new AdminRows(this.#database);
		this.#session = new Session({
			...common,
			system: marzneshinSpec.title,
			tokenPath: "/api/admins/token",
			connections: CONNECTIONS,
			caps
		});
	}

	check(): Promise<Check> {
		return checkMarzneshin(this.#session, this.#algorithm, this.#admins);
	}

	async discover(): Promise<{ stream: string; count: number }[]> {
		return await Promise.all(this.spec.streams.map(async stream => ({ stream, count: await this.count(stream) })));
	}

	count(stream: string): Promise<number> {
		return count(this.#session, streamOf(stream));
	}

	async read(stream: string, cursor: Cursor | null, limit: number): Promise<Page<SourceRecord>> {
		const size = Math.max(1, Math.min(limit, this.#pageSize));
		if (stream === "users") return await readPage((number, of) => users(this.#session, number, of), cursor, size);
		return slice(await this.#whole(stream), cursor, size);
	}

	async find(stream: string, name: string): Promise<SourceRecord | undefined> {
		if (stream === "users") return await findUser(this.#session, name);
		return (await this.#whole(stream)).find(record => record.name === name);
	}

	async secrets(stream: string, names: readonly string[]): Promise<Record<string, Record<string, string>>> {
		return stream === "admins" && this.#admins ? await this.#admins.secrets(names) : {};
	}

	async artefacts(kind: string, keys: readonly string[]): Promise<FoundArtefacts> {
		if (kind === "inbounds") return await readInbounds(this.#session, keys);
		return { items: [], notes: [`${this.spec.title} has no ${kind}`] };
	}

	fingerprint(stream: string, data: Json): string {
		return fingerprint(streamOf(stream), data);
	}

	async close(): Promise<void> {
		await Promise.all([this.#session.close(), this.#database?.close()]);
	}

	async #whole(stream: string): Promise<SourceRecord[]> {
		const records = await whole(this.#session, streamOf(stream));
		return stream === "admins" && this.#admins ? await this.#admins.mark(records) : records;
	}
}
