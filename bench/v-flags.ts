/** (v) A feature flag evaluated on a node, against a bare look-up with its hash, and against OpenFeature's provider in memory. */

import { InMemoryProvider } from "@openfeature/server-sdk";
import { v3 } from "murmurhash";
import type { Flag, FlagContext } from "../contracts/platform/flag-shapes";
import { type Figure, median, mustBe, say, scaled } from "./figures";
import { built } from "./product";

const FLAGS = 100;
const ROUNDS = 5;
const TIMES = scaled(1_000_000);
const GOAL_MICROS = 5;

const flag: Flag = {
	kind: "boolean",
	variants: { on: true, off: false },
	defaultVariant: "off",
	offVariant: "off",
	enabled: true,
	rules: [
		{ name: "people", users: Array.from({ length: 100 }, (_, n) => `tester-${n}`), variant: "on" },
		{ name: "staff", groups: ["staff"], variant: "on" },
		{ name: "plans", where: [{ attribute: "plan", operator: "in", values: ["gold"] }], percent: 50, variant: "on" },
		{ name: "rollout", percent: 25, variant: "on" }
	],
	owner: "bench",
	expires: null,
	description: ""
};
const keyOf = (n: number): string => `flag-${n % FLAGS}`;
const contexts: readonly FlagContext[] = Array.from({ length: 1_000 }, (_, n) => ({
	targetingKey: `person-${n}`,
	groups: ["members"],
	plan: "tin"
}));
const contextAt = (n: number): FlagContext => contexts[n % contexts.length] ?? {};

export async function flagsRow(): Promise<Figure> {
	const evaluated = evaluating();
	const [ours, bare, provider]: [number[], number[], number[]] = [[], [], []];
	const standard = inMemory();
	for (let round = 0; round <= ROUNDS; round++) {
		const of = [micros(evaluated), micros(bareLookUp()), await microsAsync(standard)] as const;
		// The first one warms up.
		if (round === 0) continue;
		for (const [nth, list] of [ours, bare, provider].entries()) list.push(of[nth] ?? 0);
	}
	const [measured, peer, other] = [median(ours), median(bare), median(provider)];
	say(`(v) ${measured.toFixed(2)} µs`);
	return {
		row: "v",
		what: `a feature flag evaluated: ${FLAGS} flags of four rules, the last one for 25 %`,
		measured: `${measured.toFixed(2)} µs`,
		peer: `${peer.toFixed(2)} µs: a Map, and murmur3 of the same text`,
		ratio: peer / measured,
		goal: `< ${GOAL_MICROS} µs`,
		met: measured < GOAL_MICROS,
		note: `OpenFeature's own provider in memory, with a function that does the same: ${other.toFixed(2)} µs.`
	};
}

type Ask = (n: number) => boolean;

function evaluating(): Ask {
	const { compiled } = built<typeof import("../domain/platform/flags/compiled")>("domain/platform/flags/compiled");
	const { evaluate } = built<typeof import("../domain/platform/flags/evaluate")>("domain/platform/flags/evaluate");
	const flags = Object.fromEntries(Array.from({ length: FLAGS }, (_, n) => [keyOf(n), flag]));
	const set = compiled({ flags });
	return n => {
		const found = evaluate(set, keyOf(n), contextAt(n));
		return "value" in found && found.value === true;
	};
}

function bareLookUp(): Ask {
	const flags = new Map(Array.from({ length: FLAGS }, (_, n) => [keyOf(n), { percent: 25 }]));
	return n => {
		const key = keyOf(n);
		return (v3(`${key}:${contextAt(n).targetingKey}`, 0) % 100) + 1 <= (flags.get(key)?.percent ?? 0);
	};
}

function inMemory(): (n: number) => Promise<boolean> {
	const of = (key: string) => ({
		variants: { on: true, off: false },
		defaultVariant: "off",
		disabled: false,
		contextEvaluator: ({ targetingKey }: { readonly targetingKey?: string }): "on" | "off" =>
			(v3(`${key}:${targetingKey}`, 0) % 100) + 1 <= 25 ? "on" : "off"
	});
	const provider = new InMemoryProvider(
		Object.fromEntries(Array.from({ length: FLAGS }, (_, n) => [keyOf(n), of(keyOf(n))]))
	);
	return async n => (await provider.resolveBooleanEvaluation(keyOf(n), false, contextAt(n) as never)).value;
}

/** Each, in µs. */
function micros(ask: Ask): number {
	const began = performance.now();
	let on = 0;
	for (let n = 0; n < TIMES; n++) if (ask(n)) on++;
	const took = ((performance.now() - began) * 1000) / TIMES;
	mustBe("evaluations that were on, more than none", Number(on > 0), 1);
	return took;
}

async function microsAsync(ask: (n: number) => Promise<boolean>): Promise<number> {
	const began = performance.now();
	let on = 0;
	for (let n = 0; n < TIMES; n++) if (await ask(n)) on++;
	mustBe("evaluations that were on, more than none", Number(on > 0), 1);
	return ((performance.now() - began) * 1000) / TIMES;
}
