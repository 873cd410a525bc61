import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { type RuleDescription, type Violation, validator } from "../../contracts/migration/validator";
import { mappings } from "../../mixins/mappings.mixin";

const { batch, users, admins, rules } = validator.actions;

@Service(validator)
export default class ValidatorService extends service(mappings()) implements Answers<typeof validator> {
	@Action(batch)
	async batch(ctx: CallOf<typeof batch>): Promise<Violation[]> {
		return this.violations(ctx.params.stream, ctx.params);
	}

	@Action(users)
	async users(ctx: CallOf<typeof users>): Promise<Violation[]> {
		return this.violations("users", ctx.params);
	}

	@Action(admins)
	async admins(ctx: CallOf<typeof admins>): Promise<Violation[]> {
		return this.violations("admins", ctx.params);
	}

	@Action(rules)
	async rules(ctx: CallOf<typeof rules>): Promise<RuleDescription[]> {
		return [...this.mappingNamed(ctx.params.mapping).rules];
	}

	private violations(stream: string, { mapping, context, records }: CallOf<typeof users>["params"]): Violation[] {
		const { violation } = this.mappingNamed(mapping);
		return records.flatMap(record => violation(stream, record, context) ?? []);
	}
}
