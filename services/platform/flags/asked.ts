/** Evaluations as they are asked for from outside, in the form of OpenFeature's remote evaluation (OFREP). */

import type { Meta } from "../../../cluster";
import { failure, invalid } from "../../../cluster/errors";
import { personOf } from "../../../cluster/person";
import type { Evaluation, Evaluations, Explanation, FlagContext } from "../../../contracts/platform/flag-shapes";
import { type Evaluated, evaluateAll, isDecision } from "../../../domain/platform/flags/evaluate";
import { explain } from "../../../domain/platform/flags/explain";
import type { FlagAnswers } from "../../../mixins/flags/answers";
import { notFound } from "./changes";

type Asking = Pick<Meta, "caller">;

export class Asked {
	constructor(private readonly node: FlagAnswers) {}

	/** @throws FLAG_NOT_FOUND · TARGETING_KEY_MISSING */
	one(key: string, context: FlagContext): Evaluation {
		const found = this.node.evaluate(key, context);
		if (!isDecision(found)) throw refusal(found);
		return this.shown(found);
	}

	all(context: FlagContext): Evaluations {
		return this.listed(evaluateAll(this.node.set, context));
	}

	/** For whoever is signed in. @throws FLAG_NOT_FOUND also of one that people may not ask for */
	ownOne(meta: Asking, key: string, context: FlagContext): Evaluation {
		const own = ownContext(meta, context);
		if (!this.isForPeople(key)) throw notFound(key, `There is no flag '${key.slice(0, 100)}' that people may ask for.`);
		return this.one(key, own);
	}

	ownAll(meta: Asking, context: FlagContext): Evaluations {
		const own = ownContext(meta, context);
		return this.listed(evaluateAll(this.node.set, own).filter(({ key }) => this.isForPeople(key)));
	}

	/** @throws FLAG_NOT_FOUND */
	explain(key: string, context: FlagContext): Explanation {
		const { evaluated, ...why } = explain(this.node.set, key, context);
		if (!isDecision(evaluated) && evaluated.errorCode === "FLAG_NOT_FOUND") throw refusal(evaluated);
		return { ...this.shown(evaluated), ...why };
	}

	private listed(all: readonly Evaluated[]): Evaluations {
		return { flags: all.map(each => this.shown(each)), metadata: { revision: this.node.revision } };
	}

	private shown(found: Evaluated): Evaluation {
		const kind = this.node.set.flags.get(found.key)?.kind;
		return { ...found, metadata: { revision: this.node.revision, ...(kind && { kind }) } };
	}

	private isForPeople(key: string): boolean {
		return this.node.set.flags.get(key)?.spec.clientSide === true;
	}
}

/** Whose it is, the session says (A6): what they are like, their program may add. @throws VALIDATION_ERROR */
function ownContext(meta: Asking, context: FlagContext): FlagContext {
	const { account } = personOf(meta);
	if (context.targetingKey !== undefined && context.targetingKey !== account)
		throw invalid([{ field: "context.targetingKey", message: "Whom it is for, your session says: leave it out." }]);
	if (context.groups !== undefined)
		throw invalid([
			{ field: "context.groups", message: "What groups you are in, nobody says of themselves: leave it out." }
		]);
	return { ...context, targetingKey: account };
}

function refusal({ key, errorCode, errorDetails }: Extract<Evaluated, { reason: "ERROR" }>): Error {
	if (errorCode === "FLAG_NOT_FOUND") return notFound(key, errorDetails);
	return failure("TARGETING_KEY_MISSING", errorDetails, { key, errorCode, errorDetails });
}
