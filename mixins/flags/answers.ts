/** What flags answer on this node: by the flag set that it follows, without asking anybody. */

import type { Broker } from "../../cluster";
import { type Follow, follow } from "../../cluster/followed";
import type { JsonValue } from "../../contracts/json";
import type { FlagContext, FlagSet, Kind } from "../../contracts/platform/flag-shapes";
import { faultsOf } from "../../domain/platform/flags/check";
import { type CompiledSet, compiled } from "../../domain/platform/flags/compiled";
import { type Evaluated, evaluate, isDecision } from "../../domain/platform/flags/evaluate";

const NOTHING: CompiledSet = compiled({ flags: {} });

/** Of what a newer release keeps, this one may not know how it is meant: then the revision before still holds here. */
function read(value: JsonValue): CompiledSet {
	const [fault] = faultsOf(value);
	if (fault) throw new Error(`${fault.field}: ${fault.message}`);
	return compiled(value as unknown as FlagSet);
}

export class FlagAnswers {
	private readonly followed: Follow<CompiledSet>;

	constructor(broker: Broker) {
		this.followed = follow(broker, { set: "flags", read, start: NOTHING });
	}

	/** The newest that this node knows, and what it evaluates by. */
	get set(): CompiledSet {
		return this.followed.now.value;
	}

	get revision(): number {
		return this.followed.now.revision;
	}

	get state(): Follow<CompiledSet>["state"] {
		return this.followed.state;
	}

	evaluate(key: string, context: FlagContext): Evaluated {
		return evaluate(this.set, key, context);
	}

	/** Is a flag of kind boolean on? Where nobody can say, what the caller goes by. */
	isOn(key: string, context: FlagContext, otherwise = false): boolean {
		return this.valueOf("boolean", key, context, otherwise) === true;
	}

	/** A flag's value; where there is none of that kind, what the caller goes by. */
	valueOf(kind: Kind, key: string, context: FlagContext, otherwise: JsonValue): JsonValue {
		const found = this.evaluate(key, context);
		return isDecision(found) && this.set.flags.get(key)?.kind === kind ? found.value : otherwise;
	}

	/** After another revision was taken. @returns what ends it */
	onChange(hear: () => void): () => void {
		return this.followed.onChange(hear);
	}

	/** Asks for the newest revision at once. Never fails. */
	ask(): Promise<void> {
		return this.followed.ask();
	}
}
