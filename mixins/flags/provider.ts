/** The flags of this node as a provider of OpenFeature: whoever knows its API needs to know nothing of ours. */

import {
	ErrorCode,
	type EvaluationContext,
	type JsonValue,
	OpenFeatureEventEmitter,
	type Provider,
	ProviderEvents,
	type ResolutionDetails
} from "@openfeature/server-sdk";
import type { FlagContext, Kind } from "../../contracts/platform/flag-shapes";
import { type Decision, isDecision } from "../../domain/platform/flags/evaluate";
import type { FlagAnswers } from "./answers";

export class FlagProvider implements Provider {
	readonly metadata = { name: "banyan" } as const;
	readonly runsOn = "server";
	readonly events = new OpenFeatureEventEmitter();
	private unhear: (() => void) | undefined;

	constructor(private readonly answers: FlagAnswers) {}

	/** Ready with what this node knows: it evaluates by its last known good copy, too. */
	async initialize(): Promise<void> {
		await this.answers.ask();
		let before = this.answers.set;
		this.unhear = this.answers.onChange(() => {
			const now = this.answers.set;
			const flagsChanged = changed(before.flags, now.flags);
			before = now;
			this.events.emit(ProviderEvents.ConfigurationChanged, {
				flagsChanged,
				metadata: { revision: this.answers.revision }
			});
		});
	}

	async onClose(): Promise<void> {
		this.unhear?.();
	}

	resolveBooleanEvaluation(key: string, otherwise: boolean, context: EvaluationContext) {
		return this.resolve("boolean", key, otherwise, context);
	}

	resolveStringEvaluation(key: string, otherwise: string, context: EvaluationContext) {
		return this.resolve("string", key, otherwise, context);
	}

	resolveNumberEvaluation(key: string, otherwise: number, context: EvaluationContext) {
		return this.resolve("number", key, otherwise, context);
	}

	resolveObjectEvaluation<T extends JsonValue>(key: string, otherwise: T, context: EvaluationContext) {
		return this.resolve("json", key, otherwise, context);
	}

	private async resolve<T>(
		kind: Kind,
		key: string,
		otherwise: T,
		context: EvaluationContext
	): Promise<ResolutionDetails<T>> {
		const found = this.answers.evaluate(key, contextOf(context));
		if (!isDecision(found)) {
			const { errorCode, errorDetails: errorMessage, reason } = found;
			return { value: otherwise, reason, errorCode: ErrorCode[errorCode], errorMessage };
		}
		const own = this.answers.set.flags.get(key)?.kind;
		if (own !== kind)
			return ofOtherKind(otherwise, `The flag '${key}' is of kind ${own}, and is asked for as ${kind}.`);
		return { ...this.details(found), value: found.value as T };
	}

	private details({ variant, reason, rule }: Decision) {
		return {
			variant,
			reason,
			flagMetadata: { revision: this.answers.revision, ...(rule !== undefined && { rule }) }
		};
	}
}

const ofOtherKind = <T>(value: T, errorMessage: string): ResolutionDetails<T> => ({
	value,
	reason: "ERROR",
	errorCode: ErrorCode.TYPE_MISMATCH,
	errorMessage
});

/** A date is what JSON makes of it, as it is where the context came over the wire. */
const contextOf = (context: EvaluationContext): FlagContext =>
	Object.fromEntries(
		Object.entries(context).flatMap(([name, value]) =>
			value === undefined ? [] : [[name, value instanceof Date ? value.toISOString() : (value as never)]]
		)
	);

type Flags = ReadonlyMap<string, { readonly spec: object }>;

/** The keys of those that are otherwise than before, or are gone. */
const changed = (before: Flags, now: Flags): string[] =>
	[...new Set([...before.keys(), ...now.keys()])].filter(
		key => JSON.stringify(before.get(key)?.spec) !== JSON.stringify(now.get(key)?.spec)
	);
