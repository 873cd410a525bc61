import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { type RuleDescription, type Violation, validator } from "../../contracts/migration/validator";
import { mappings } from "../../mixins/mappings.mixin";

const { batch, rules } = validator.actions;

@Service(validator)
export default class ValidatorService extends service(mappings()) implements Answers<typeof validator> {
	@Action(batch)
	async batch(ctx: CallOf<typeof batch>): Promise<Violation[]> {
		const { stream, context, records } = ctx.params;
		const { violation } = this.mappingNamed(ctx.params.mapping);
		return records.flatMap(record => violation(stream, record, context) ?? []);
	}

	@Action(rules)
	async rules(ctx: CallOf<typeof rules>): Promise<RuleDescription[]> {
		return [...this.mappingNamed(ctx.params.mapping).rules];
	}
}
