/** What is wrong with a route before any of its shapes is tried. Pure. */

import { ERRORS } from "../../../contracts/cluster";
import type { DataRoute, ErrorShape, RouteTable } from "../../../contracts/platform/route-forms";
import { isKeyOf } from "../../../contracts/table";
import type { Fault } from "../problem";
import type { Route } from "../routes";
import { areAlike } from "./conditions";
import { nameFault } from "./headers";
import { rowFor } from "./shaping";
import { claimOf, templateFault, templateOf } from "./templates";
import type { World } from "./world";

type Rule = (route: DataRoute, world: World) => Fault[];

const fault = (field: string, message: string): Fault => ({ field, message });

/** Empty where it may be tried. */
export function faultsOf(route: DataRoute, world: World): Fault[] {
	const ofPath = templateFault(route.match.path);
	if (ofPath !== undefined) return [fault("match.path", ofPath)];
	return RULES.flatMap(rule => rule(route, world));
}

/** Empty where no two of them claim the same requests. Of paths that have no fault. */
export function clashesIn(table: RouteTable): Fault[] {
	const claims = new Map<string, DataRoute[]>();
	return Object.values(table).flatMap(route => {
		const { match } = route;
		const claim = `${match.method} ${claimOf(templateOf(match.path))}`;
		const others = claims.get(claim) ?? [];
		claims.set(claim, [...others, route]);
		const other = others.find(each => areAlike(each.match, match));
		return other ? [clash(other.id, route.id)] : [];
	});
}

const clash = (one: string, other: string): Fault =>
	fault(
		"match",
		`'${one}' and '${other}' claim the same requests: give one of them another path, host, version or header.`
	);

const RULES: readonly Rule[] = [
	({ match }, world) => {
		const whose = world.takenBy(match.path);
		return whose === undefined ? [] : [fault("match.path", `This address is ${whose}: a route never takes it.`)];
	},
	({ action, match }, { targets }) => {
		const target = targets.get(action);
		if (!target)
			return [fault("action", `No action '${action}' is reached from outside: \`GET /docs\` lists those that are.`)];
		return targetFaults(target.route, match.method);
	},
	({ response, errors = {} }) => [
		...headerFaults("response", response?.headers),
		...Object.entries(errors).flatMap(([row, { headers }]) => headerFaults(`errors.${row}`, headers))
	],
	({ response }) =>
		response?.type === "text" && response.body === undefined
			? [fault("response.body", "A text is made by an expression.")]
			: [],
	({ errors = {} }) => Object.entries(errors).flatMap(([row, shape]) => rowFaults(row, shape)),
	exampleFaults
];

function targetFaults({ action, reads, body, answers, status }: Route, method: string): Fault[] {
	if (body === "raw" || body === "multipart" || answers[0] !== "json")
		return [fault("action", `'${action}' takes or answers bytes, which no shape reads.`)];
	if (status === 303)
		return [fault("action", `'${action}' sends a browser elsewhere, and answers nothing that a shape could read.`)];
	if (method === "GET" && !reads)
		return [
			fault("match.method", `GET changes nothing, and '${action}' does: browsers and proxies ask for it by themselves.`)
		];
	return [];
}

const headerFaults = (place: string, headers: Readonly<Record<string, string>> = {}): Fault[] =>
	Object.keys(headers).flatMap(name => {
		const message = nameFault(name);
		return message === undefined ? [] : [fault(`${place}.headers.${name}`, message)];
	});

const ROW = /^(?:[45]\d\d|[45]xx|\*)$/;

function rowFaults(row: string, { type, body }: ErrorShape): Fault[] {
	if (!ROW.test(row) && !isKeyOf(ERRORS, row))
		return [fault(`errors.${row}`, "A row is for a code of `/docs/problems`, a status as 404, a kind as 4xx, or *.")];
	return type === "text" && body === undefined ? [fault(`errors.${row}.body`, "A text is made by an expression.")] : [];
}

/** Nothing is kept that no example proves. */
function exampleFaults(route: DataRoute): Fault[] {
	const { examples, response, errors = {} } = route;
	const missing: Fault[] = [];
	if (!examples.some(({ params }) => params))
		missing.push(fault("examples", "One has `params`: what its request becomes."));
	if (response && !examples.some(({ answer }) => answer !== undefined))
		missing.push(fault("examples", "One has `answer` and `gives`: what an answer becomes."));
	const proved = new Set(examples.flatMap(({ problem }) => (problem ? [rowOfProblem(route, problem.code)] : [])));
	for (const row of Object.keys(errors))
		if (!proved.has(row))
			missing.push(fault("examples", `One has a \`problem\` that 'errors.${row}' is for, and what it gives.`));
	return [...missing, ...examples.flatMap((example, index) => formFaults(example, `examples[${index}]`))];
}

export const rowOfProblem = (route: DataRoute, code: string): string | undefined =>
	isKeyOf(ERRORS, code) ? rowFor(route, { code, status: ERRORS[code].status }) : undefined;

function formFaults({ params, answer, problem, gives }: DataRoute["examples"][number], place: string): Fault[] {
	if (answer !== undefined && problem) return [fault(place, "It has an answer or a problem, not both.")];
	if ((answer !== undefined || problem) && !gives)
		return [fault(`${place}.gives`, "It says what whoever asked is given.")];
	if (gives && answer === undefined && !problem)
		return [fault(place, "It gives something, and has neither `answer` nor `problem`.")];
	if (!params && !gives) return [fault(place, "It proves nothing: it has neither `params` nor `gives`.")];
	if (problem && !isKeyOf(ERRORS, problem.code))
		return [fault(`${place}.problem.code`, "It is none of `/docs/problems`.")];
	return [];
}
