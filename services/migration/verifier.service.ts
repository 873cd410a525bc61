import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import type { TargetRecord } from "../../contracts/migration/records";
import { type Comparison, verifier } from "../../contracts/migration/verifier";
import { compareRecords } from "../../domain/migration/compare";
import { own } from "../../domain/own";
import { connectors } from "../../mixins/connectors.mixin";

const { compare, names } = verifier.actions;

@Service(verifier)
export default class VerifierService extends service(connectors()) implements Answers<typeof verifier> {
	@Action(compare)
	async compare(ctx: CallOf<typeof compare>): Promise<Comparison> {
		const { connection, stream, records } = ctx.params;
		const target = await this.connectors.target(connection);
		const found: readonly TargetRecord[] = await this.asked(() =>
			target.find(
				stream,
				records.map(({ name }) => name)
			)
		);
		const { credentials, links } = own(target.spec.records, stream) ?? {};
		return compareRecords(records, found, {
			fingerprint: data => target.fingerprint(stream, data),
			...(credentials && { credentials }),
			...(links && { link: links.of })
		});
	}

	@Action(names)
	async names(ctx: CallOf<typeof names>): Promise<{ names: string[]; next: string | null }> {
		const { connection, stream, cursor, limit } = ctx.params;
		const page = await this.asked(async () => (await this.connectors.target(connection)).read(stream, cursor, limit));
		return { names: page.records.map(({ name }) => name), next: page.next };
	}
}
