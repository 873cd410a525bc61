import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { type RuleDescription, type Violation, validator } from "../../contracts/migration/validator";
import { mappings } from "../../mixins/mappings.mixin";

const { batch, stream, rules } = validator.actions;

@Service(validator)
export default class ValidatorService extends service(mappings()) implements Answers<typeof validator> {
	@Action(batch)
	async batch(ctx: CallOf<typeof batch>): Promise<Violation[]> {
		return this.violations(ctx.params);
	}

	@Action(stream)
	async stream(ctx: CallOf<typeof stream>): Promise<Violation[]> {
		return this.violations(ctx.params);
	}

	@Action(rules)
	async rules(ctx: CallOf<typeof rules>): Promise<RuleDescription[]> {
		return [...this.mappingNamed(ctx.params.mapping).rules];
	}

	private violations({ mapping, stream: name, context, records }: CallOf<typeof batch>["params"]): Violation[] {
		this.streamOf(mapping, name);
		const { violation } = this.mappingNamed(mapping);
		return records.flatMap(record => violation(name, record, context) ?? []);
	}
}
