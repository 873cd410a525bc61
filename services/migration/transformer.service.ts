import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import type { Transformed } from "../../contracts/migration/records";
import { type FieldMapping, transformer } from "../../contracts/migration/transformer";
import { transform } from "../../domain/migration/mapping";
import { mappings as allMappings } from "../../mixins/mappings.mixin";

const { batch, mappings } = transformer.actions;

@Service(transformer)
export default class TransformerService extends service(allMappings()) implements Answers<typeof transformer> {
	@Action(batch)
	async batch(ctx: CallOf<typeof batch>): Promise<Transformed[]> {
		const { stream, records, context } = ctx.params;
		const { streams } = this.mappingNamed(ctx.params.mapping);
		const found = streams[stream];
		if (!found) throw failure("DEFINITION_INVALID", `The mapping '${ctx.params.mapping}' has no stream '${stream}'.`);
		return records.map(record => transform(found, record, context));
	}

	@Action(mappings)
	async mappings(ctx: CallOf<typeof mappings>): Promise<Record<string, FieldMapping[]>> {
		const { streams } = this.mappingNamed(ctx.params.mapping);
		return Object.fromEntries(Object.entries(streams).map(([stream, { rows }]) => [stream, [...rows]]));
	}
}
