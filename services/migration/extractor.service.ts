import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { mostMessageBytes } from "../../cluster/transport";
import type { Json } from "../../contracts/json";
import type { CheckReport } from "../../contracts/migration/connection";
import { type ExtractedPage, extractor, type FoundArtefacts } from "../../contracts/migration/extractor";
import { pageTooLarge } from "../../domain/migration/message-size";
import { connectors } from "../../mixins/connectors.mixin";

const { check, count, page, secrets, artefacts, find } = extractor.actions;

@Service(extractor)
export default class ExtractorService extends service(connectors()) implements Answers<typeof extractor> {
	@Action(check)
	async check(ctx: CallOf<typeof check>): Promise<CheckReport> {
		return this.checked(await this.connectors.source(ctx.params.connection));
	}

	@Action(count)
	async count(ctx: CallOf<typeof count>): Promise<number> {
		const { connection, stream } = ctx.params;
		return this.asked(async () => (await this.connectors.source(connection)).count(stream));
	}

	@Action(page)
	async page(ctx: CallOf<typeof page>): Promise<ExtractedPage> {
		const { connection, stream, cursor, limit } = ctx.params;
		const read = await this.asked(async () => (await this.connectors.source(connection)).read(stream, cursor, limit));
		this.refuseTooLarge(read, limit);
		return read;
	}

	@Action(secrets)
	async secrets(ctx: CallOf<typeof secrets>): Promise<Record<string, Record<string, string>>> {
		const { connection, stream, names } = ctx.params;
		return this.asked(async () => (await (await this.connectors.source(connection)).secrets?.(stream, names)) ?? {});
	}

	@Action(artefacts)
	async artefacts(ctx: CallOf<typeof artefacts>): Promise<FoundArtefacts> {
		const { connection, kind, keys } = ctx.params;
		const source = await this.connectors.source(connection);
		const none: FoundArtefacts = { items: [], notes: [`${source.spec.title} has none to read`] };
		return this.asked(async () => (await source.artefacts?.(kind, keys)) ?? none);
	}

	@Action(find)
	async find(ctx: CallOf<typeof find>): Promise<Json | null> {
		const { connection, stream, name } = ctx.params;
		const found = await this.asked(async () => (await this.connectors.source(connection)).find(stream, name));
		return found?.data ?? null;
	}

	/** A message that does not fit would never arrive, and nobody would be told why. */
	private refuseTooLarge(page: ExtractedPage, limit: number): void {
		const most = mostMessageBytes(this.broker);
		if (most === undefined) return;
		const why = pageTooLarge(Buffer.byteLength(JSON.stringify(page)), limit, most);
		if (why !== undefined) throw failure("DEFINITION_INVALID", why);
	}
}
