/** What the contracts must keep among each other. A sentence at load says what is wrong, and what to do. */

import { durableFault, LACKS, metricFault, missingIn, ruleFaults } from "./checks-parts";
import type { Contract, ErrorSpec, MetricSpec, SettingSpec } from "./contract";
import { jobFault } from "./jobs";
import { NODE_METRICS } from "./node-metrics";
import { NODE_VARIABLES, ownerOf } from "./node-variables";

/** @throws a sentence where they contradict each other, or one lacks something */
export function checked(
	contracts: readonly Contract[],
	errors: Readonly<Record<string, ErrorSpec>>,
	shared: Readonly<Record<string, SettingSpec>>
): readonly Contract[] {
	for (const contract of contracts) refuseUnsaid(contract);
	const of = (part: (contract: Contract) => readonly string[]): Claim[] =>
		contracts.flatMap(contract => part(contract).map(claimed => ({ claimed, by: contract.name })));
	const claims: Readonly<Record<string, readonly Claim[]>> = {
		name: contracts.map(({ area, name }) => ({ claimed: name, by: `${area}/${name}` })),
		scope: of(({ scopes }) => Object.keys(scopes)),
		"error code": [...of(contract => Object.keys(contract.errors)), ...by("contracts/errors.ts", Object.keys(errors))],
		variable: [
			...of(contract => variablesOf(contract.settings)),
			...by("contracts/limits.ts", variablesOf(shared)),
			...by("contracts/node-variables.ts", NODE_VARIABLES)
		],
		metric: [
			...of(({ metrics }) => Object.values(metrics).map(({ name }: MetricSpec) => name)),
			...by(
				"contracts/node-metrics.ts",
				Object.values(NODE_METRICS).map(({ name }) => name)
			)
		]
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

const FAULTS = [missingIn, ruleFaults, durableFault, metricFault, jobFault];

/** What the compiler asks for: whoever runs a contract may not have asked it. */
function refuseUnsaid(contract: Contract): void {
	// One after another: what is not said cannot be looked at.
	for (const faultOf of FAULTS) {
		const fault = faultOf(contract);
		if (fault !== undefined) throw new Error(fault);
	}
}

function refuseLacking(contract: Contract, contracts: readonly Contract[]): void {
	const names = contracts.map(({ name }) => name);
	for (const [key, spec] of Object.entries(contract.actions)) {
		const fault = LACKS.map(lacks => lacks(spec, contract, names)).find(each => each !== undefined);
		if (fault !== undefined) throw new Error(`${contract.name}.${key} ${fault}`);
	}
	refuseSettings(contract);
}

function refuseSettings({ name, settings }: Contract): void {
	for (const [key, { variable }] of Object.entries(settings)) {
		const owner = ownerOf(variable);
		if (owner !== undefined)
			throw new Error(
				`The setting ${key} of ${name} has the variable '${variable}', which is ${owner}: give it a name of its own, as ${name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}_LIMIT.`
			);
		if (!/^[A-Z][A-Z0-9_]*$/.test(variable))
			throw new Error(`The setting ${key} of ${name} has the variable '${variable}': write capitals, digits and _.`);
	}
	const silent = Object.entries(settings).find(([, { rule }]) => !/default/.test(JSON.stringify(rule)));
	if (silent) throw new Error(`The setting ${silent[0]} of ${name} has no default: a node starts without any setting.`);
}
