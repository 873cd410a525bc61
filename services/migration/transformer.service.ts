import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import type { Transformed } from "../../contracts/migration/records";
import { type FieldAnalysis, type FieldMapping, transformer } from "../../contracts/migration/transformer";
import { analyze } from "../../domain/migration/analysis";
import { transform } from "../../domain/migration/mapping";
import { mappings as allMappings } from "../../mixins/mappings.mixin";

const { batch, mappings, analyzeSchema } = transformer.actions;

@Service(transformer)
export default class TransformerService extends service(allMappings()) implements Answers<typeof transformer> {
	@Action(batch)
	async batch(ctx: CallOf<typeof batch>): Promise<Transformed[]> {
		const { mapping, stream, records, context } = ctx.params;
		const found = this.streamOf(mapping, stream);
		// What is to come is told by the clock, which is no part of a mapping.
		const known = { ...context, now: new Date().toISOString().slice(0, 19) };
		return records.map(record => transform(found, record, known));
	}

	@Action(analyzeSchema)
	async analyzeSchema(ctx: CallOf<typeof analyzeSchema>): Promise<FieldAnalysis[]> {
		const { mapping, stream, records } = ctx.params;
		return analyze(
			records.map(({ data }) => data),
			this.streamOf(mapping, stream).rows
		);
	}

	@Action(mappings)
	async mappings(ctx: CallOf<typeof mappings>): Promise<Record<string, FieldMapping[]>> {
		const { streams } = this.mappingNamed(ctx.params.mapping);
		return Object.fromEntries(Object.entries(streams).map(([stream, { rows }]) => [stream, [...rows]]));
	}
}
