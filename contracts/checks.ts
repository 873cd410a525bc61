/** What the contracts must keep among each other. A sentence at load says what is wrong, and what to do. */

import type { ActionSpec, Contract, ErrorSpec, MetricSpec, SettingSpec } from "./contract";

/** @throws a sentence where they contradict each other, or one lacks something */
export function checked(
	contracts: readonly Contract[],
	errors: Readonly<Record<string, ErrorSpec>>,
	shared: Readonly<Record<string, SettingSpec>>
): readonly Contract[] {
	const of = (part: (contract: Contract) => readonly string[]): Claim[] =>
		contracts.flatMap(contract => part(contract).map(claimed => ({ claimed, by: contract.name })));
	const claims: Readonly<Record<string, readonly Claim[]>> = {
		name: contracts.map(({ area, name }) => ({ claimed: name, by: `${area}/${name}` })),
		scope: of(({ scopes }) => Object.keys(scopes)),
		"error code": [...of(contract => Object.keys(contract.errors)), ...by("contracts/errors.ts", Object.keys(errors))],
		variable: [...of(contract => variablesOf(contract.settings)), ...by("contracts/limits.ts", variablesOf(shared))],
		metric: of(({ metrics }) => Object.values(metrics).map(({ name }: MetricSpec) => name))
	};
	for (const [kind, all] of Object.entries(claims)) refuseTwice(kind, all);
	for (const contract of contracts) refuseLacking(contract, contracts);
	return contracts;
}

interface Claim {
	readonly claimed: string;
	readonly by: string;
}
const by = (owner: string, claimed: readonly string[]): Claim[] => claimed.map(each => ({ claimed: each, by: owner }));

const variablesOf = (settings: Readonly<Record<string, SettingSpec>>): string[] =>
	Object.values(settings).map(({ variable }) => variable);

function refuseTwice(kind: string, claims: readonly Claim[]): void {
	const taken = new Map<string, string>();
	for (const { claimed, by: owner } of claims) {
		const other = taken.get(claimed);
		if (other !== undefined)
			throw new Error(`${other} and ${owner} both have the ${kind} '${claimed}': give one of them another.`);
		taken.set(claimed, owner);
	}
}

function refuseLacking(contract: Contract, contracts: readonly Contract[]): void {
	const names = contracts.map(({ name }) => name);
	for (const [key, spec] of Object.entries(contract.actions)) {
		const fault = LACKS.map(lacks => lacks(spec, contract, names)).find(each => each !== undefined);
		if (fault !== undefined) throw new Error(`${contract.name}.${key} ${fault}`);
	}
	const silent = Object.entries(contract.settings).find(([, { rule }]) => !/default/.test(JSON.stringify(rule)));
	if (silent)
		throw new Error(`The setting ${silent[0]} of ${contract.name} has no default: a node starts without any setting.`);
}

type Lacks = (spec: ActionSpec, contract: Contract, names: readonly string[]) => string | undefined;

const LACKS: readonly Lacks[] = [
	({ rest, example }) =>
		rest !== undefined && example === undefined
			? "has no example: state `example`, with params and a result as a reader of the API should see them."
			: undefined,
	({ internal = [] }, _, names) => {
		const unknown = internal.find(name => !names.includes(name));
		return unknown && `is for '${unknown}', and no contract has that name: correct its \`internal\`.`;
	},
	({ answers = [], live }) =>
		answers.includes("sse") === (live === undefined)
			? "states one of `live` and the answer `sse`: they go together."
			: undefined,
	({ live }, { events }) =>
		live && !Object.hasOwn(events, live.wakes)
			? `wakes on the event '${live.wakes}', which its contract does not have: correct its \`live\`.`
			: undefined,
	({ live }, { actions }) =>
		live?.state !== undefined && !Object.hasOwn(actions, live.state)
			? `tells its state by '${live.state}', which its contract does not have: correct its \`live\`.`
			: undefined
];
