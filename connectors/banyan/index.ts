/** A running Banyan's own accounts as a target: brought by its API, by (migration, source, id), each once. */

import type { Json } from "../../contracts/json";
import type { Connection, TargetRecord } from "../../contracts/migration/records";
import { fact, refused, warning } from "../../domain/migration/finding";
import { canonicalEmail } from "../../domain/text/email";
import type { Caps } from "../caps";
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
import { readCursor } from "../cursor";
import { Options } from "../http/options";
import { streamNamed } from "../streams";
import { Api } from "./api";
import { accountsIn, fingerprint, recordOf } from "./records";
import { banyanSpec } from "./spec";
import { type Origin, Writer } from "./writer";

export { banyanSpec };

export const openBanyan: OpenTarget = (connection, caps) => new BanyanAccounts(connection, caps);

const STREAMS = { accounts: true } as const;
const isText = (value: unknown): value is string => typeof value === "string";

class BanyanAccounts implements Target {
	readonly spec = banyanSpec;
	readonly #api: Api;
	readonly #origin: Origin;
	readonly #writer: Writer;

	constructor(connection: Connection, caps?: Caps) {
		const options = new Options(banyanSpec, connection);
		this.#origin = {
			migration: options.string("migration"),
			source: options.string("source"),
			digestKey: options.string("digestKey")
		};
		this.#api = new Api(options, caps);
		this.#writer = new Writer(this.#api, this.#origin);
	}

	async check(): Promise<Check> {
		const cautions = this.#api.cautions().map(({ code, message }) => warning(code, message));
		try {
			const { total } = await this.#page(null, 1);
			const findings = [...cautions, fact("accounts", `Of this migration ${total} accounts are there.`)];
			return { ok: true, system: "banyan", version: null, account: "API key", findings, facts: {} };
		} catch (error) {
			if (!(error instanceof ConnectorError)) throw error;
			const findings = [...cautions, refused(error.code, error.message)];
			return { ok: false, system: null, version: null, account: null, findings, facts: {} };
		}
	}

	async discover(): Promise<{ stream: string; count: number }[]> {
		return await Promise.all(banyanSpec.streams.map(async stream => ({ stream, count: await this.count(stream) })));
	}

	async count(stream: string): Promise<number> {
		streamNamed(banyanSpec.title, STREAMS, stream);
		return Number((await this.#page(null, 1)).total);
	}

	async read(stream: string, cursor: Cursor | null, limit: number): Promise<Page<TargetRecord>> {
		streamNamed(banyanSpec.title, STREAMS, stream);
		const after = cursor === null ? null : readCursor(cursor, isText, banyanSpec.title);
		const page = await this.#page(after, Math.max(1, limit));
		const next = isText(page.next) ? JSON.stringify(page.next) : null;
		return { records: accountsIn(page).map(recordOf), next, total: Number(page.total) };
	}

	async find(stream: string, names: readonly string[]): Promise<readonly TargetRecord[]> {
		streamNamed(banyanSpec.title, STREAMS, stream);
		return [...(await this.#writer.find(names)).values()];
	}

	fingerprint(_stream: string, data: Json): string {
		return fingerprint(data);
	}

	async write(stream: string, write: Write, term?: Term): Promise<TargetRecord> {
		streamNamed(banyanSpec.title, STREAMS, stream);
		if (term?.over) throw new ConnectorError("stopped", "Stopped before the next request was sent.");
		return await this.#writer.write(write, term);
	}

	/** Whoever was here before this migration wrote is no one's to take away. */
	async undo(stream: string, undo: Undo, term?: Term): Promise<Undone> {
		const [there] = await this.find(stream, [undo.name]);
		if (!there) return undo.before === null ? "already" : "changed-since";
		if (undo.before !== null) return fingerprint(there.data) === fingerprint(undo.before) ? "already" : "changed-since";
		if (!isOurs(there, undo)) return "changed-since";
		const { migration, source } = this.#origin;
		const { outcome } = await this.#api.giveBack({ migration, source, id: undo.name }, term);
		return UNDONE[String(outcome)] ?? "changed-since";
	}

	/** They came at a login: here they live, and what the source says of them since is no news. */
	onto(_stream: string, _data: Json, before: Json): Onto {
		return { data: before, losses: [] };
	}

	refuses(_stream: string, _name: string, data: Json): string | undefined {
		return canonicalEmail(String(data.email)) === undefined ? "Its address is none." : undefined;
	}

	load(): Load {
		return { limit: 1, running: 0, waiting: 0, reason: "ceiling" };
	}

	async close(): Promise<void> {
		await this.#api.close();
	}

	#page(after: string | null, limit: number): Promise<Json> {
		const { migration, source } = this.#origin;
		return this.#api.look({
			migration,
			source,
			limit: Math.min(limit, LARGEST_PAGE),
			...(after !== null && { after })
		});
	}
}

const LARGEST_PAGE = 200;

const UNDONE: Readonly<Record<string, Undone>> = { removed: "restored", absent: "already", used: "changed-since" };

/** As we left it, or as something that we sent would have made it. */
function isOurs({ data }: TargetRecord, { ours, sent = [] }: Undo): boolean {
	const there = fingerprint(data);
	return there === ours || sent.some(each => fingerprint(each) === there);
}
