/** What a contract by itself must have: each fault is one sentence. */

import type { ActionSpec, Contract, MetricSpec } from "./contract";
import { ANY_SERVICE } from "./exposure";
import { fieldsIn, ruleFault } from "./rules";
import type { Rule, Schema } from "./schema";

/** What each of these must say, of which nothing is done without. */
const NEEDED = {
	actions: ["summary", "params", "result"],
	settings: ["variable", "rule", "summary"],
	errors: ["status", "title", "means", "todo"],
	metrics: ["type", "name", "summary"],
	jobs: ["summary", "cron", "zone", "missed", "lost", "action"]
} as const satisfies Partial<Record<keyof Contract, readonly string[]>>;
const PARTS = ["actions", "settings", "errors", "metrics", "jobs"] as const;

/** The first that is not said. */
export const missingIn = (contract: Contract): string | undefined =>
	PARTS.flatMap(part =>
		Object.entries<object>(contract[part]).flatMap(([key, spec]) => {
			const said = new Map<string, unknown>(Object.entries(spec));
			const missing = NEEDED[part].filter(need => [undefined, ""].some(nothing => said.get(need) === nothing));
			return missing.map(need => `${placeOf(contract.name, part, key)} has no \`${need}\`: state it in the contract.`);
		})
	)[0];

const placeOf = (name: string, part: (typeof PARTS)[number], key: string): string =>
	part === "actions" ? `${name}.${key}` : `${name}.${part}.${key}`;

/** The first rule that has a word that none has. */
export function ruleFaults({ name, actions, events, settings }: Contract): string | undefined {
	const rules = [
		...Object.entries(actions).flatMap(([key, { params, result }]) => [
			...fieldRules(`${name}.${key}`, "params", params),
			[`${name}.${key}`, "result", result] as const
		]),
		...Object.entries(events).flatMap(([key, { payload }]) => fieldRules(`${name}.events.${key}`, "payload", payload)),
		...Object.entries(settings).map(([key, { rule }]) => [`${name}.settings.${key}`, "rule", rule] as const)
	];
	for (const [owner, place, rule] of rules) {
		const fault = ruleFault(place, rule);
		if (fault !== undefined) return `${owner} ${fault}`;
	}
	return undefined;
}

const fieldRules = (owner: string, place: string, schema: Schema): (readonly [string, string, Rule])[] =>
	Object.entries(schema).map(([field, rule]) => [owner, `${place}.${field}`, rule] as const);

/** Of a durable event whose payload does not have the field that orders. */
export const durableFault = ({ name, events }: Contract): string | undefined =>
	Object.entries(events).flatMap(([key, { payload, durable }]) =>
		durable === undefined || Object.hasOwn(payload, durable.key)
			? []
			: `${name}.events.${key} is ordered by '${durable.key}', which its payload does not have: correct its \`durable\`.`
	)[0];

/** Of a metric whose kind and parts do not go together. */
export const metricFault = ({ name, metrics }: Contract): string | undefined =>
	Object.entries<MetricSpec>(metrics).flatMap(([key, { type, buckets, unit, expires }]) => {
		const place = placeOf(name, "metrics", key);
		if ((type === "histogram") !== (buckets !== undefined && unit !== undefined))
			return `${place} has \`buckets\` and a \`unit\` where it is a histogram, and only there: correct it.`;
		return expires !== undefined && type !== "gauge"
			? `${place} \`expires\`, and is no gauge: what was counted stays counted.`
			: [];
	})[0];

const isRead = ({ reads, rest }: Pick<ActionSpec, "reads" | "rest">): boolean =>
	reads === true || rest?.startsWith("GET ") === true;

/** What others call whoever acts: a field of it would have anybody act as anybody (CVE-2025-61928). */
const ACTING = ["user", "userid", "account", "accountid", "owner", "ownerid", "person", "personid", "sub", "actor"];
const isActing = (field: string): boolean => ACTING.includes(field.replace(/[_-]/g, "").toLowerCase());

type Lacks = (spec: ActionSpec, contract: Contract, names: readonly string[]) => string | undefined;

/** What an action lacks: the end of a sentence. */
export const LACKS: readonly Lacks[] = [
	({ fresh, permission }) =>
		fresh !== undefined && permission !== "person"
			? "asks for a proof that is no older than so many seconds (`fresh`), and is not for people: state the permission `person`, or leave it out."
			: undefined,
	({ permission, cache, stale, shared }) =>
		permission === "person" && (cache ?? stale ?? shared) !== undefined
			? "answers each person with their own, and keeps it for others (`cache`, `stale`): leave it out."
			: undefined,
	({ cache, stale, rest, secret, client, cookies, answers: [first = "json"] = [], ...spec }) => {
		if ((cache ?? stale) === undefined) return undefined;
		const isKept = rest !== undefined && isRead({ rest, ...spec }) && first === "json";
		return isKept && !secret && !client && !cookies
			? undefined
			: "is kept (`cache`, `stale`), and is no route that reads, or answers by more than its params and its caller (`secret`, `client`, `cookies`, bytes): leave one of them out.";
	},
	({ cache, stale, shared }) =>
		shared && (cache ?? stale) === undefined
			? "is kept for all (`shared`), and is not kept: state `cache` or `stale`, or leave it out."
			: undefined,
	({ permission, params }) => {
		const acting = Object.keys(params).find(field => isActing(field));
		return permission === "person" && acting !== undefined
			? `has the field '${acting}', and acts for whoever is signed in: leave it out, and ask \`personOf(ctx.meta)\` (A6).`
			: undefined;
	},
	({ needsKey, permission, ...spec }) =>
		needsKey && (isRead(spec) || permission === undefined || permission === "public" || spec.body === "raw")
			? "asks for an `Idempotency-Key` (`needsKey`), and is nothing whose answer is kept for a caller: leave it out."
			: undefined,
	({ cookies = [] }) => {
		const other = cookies.find(name => !/^[a-z][a-z0-9-]*$/.test(name));
		return other === undefined ? undefined : `has the cookie '${other}': write small letters, digits and -.`;
	},
	({ tryTimeout, idempotent, ...spec }) =>
		tryTimeout !== undefined && !idempotent && !isRead(spec)
			? "says how long a try of it may take (`tryTimeout`), and may not be tried twice: state `idempotent`, or leave it out."
			: undefined,
	({ rest, example }) =>
		rest !== undefined && example === undefined
			? "has no example: state `example`, with params and a result as a reader of the API should see them."
			: undefined,
	({ internal = [] }, _, names) => {
		const unknown = internal.find(name => name !== ANY_SERVICE && !names.includes(name));
		return unknown && `is for '${unknown}', and no contract has that name: correct its \`internal\`.`;
	},
	({ callers = [] }, _, names) => {
		const unknown = callers.find(name => !names.includes(name));
		return unknown && `is called by '${unknown}', and no contract has that name: correct its \`callers\`.`;
	},
	({ location = "", result }) => {
		const fields = fieldsIn(result);
		const unknown = [...location.matchAll(/:(\w+)/g)].find(([, field = ""]) => fields && !fields.includes(field));
		return (
			unknown &&
			`has the location "${location}", and its result has no field '${unknown[1]}': name one of ${fields?.join(", ") || "none"}.`
		);
	},
	({ redirect, result }) =>
		redirect !== undefined && fieldsIn(result)?.includes(redirect) === false
			? `sends browsers to its field '${redirect}', which its result does not have: correct its \`redirect\`.`
			: undefined,
	({ location = "/" }) =>
		location.startsWith("/") ? undefined : `has the location "${location}": begin it with /, as in /notes/:id.`,
	({ answers = [], live }) =>
		answers.includes("sse") === (live === undefined)
			? "states one of `live` and the answer `sse`: they go together."
			: undefined,
	({ live }, { events }) =>
		live && !Object.hasOwn(events, live.wakes)
			? `wakes on the event '${live.wakes}', which its contract does not have: correct its \`live\`.`
			: undefined,
	({ live, params }, { events }) =>
		live && [params, events[live.wakes]?.payload ?? {}].some(fields => !Object.hasOwn(fields, live.by))
			? `goes on live by the field '${live.by}', which its params and the event '${live.wakes}' do not both have: correct its \`live\`.`
			: undefined,
	({ cache }, { events }) => {
		const unknown = cache?.until.find(event => !Object.hasOwn(events, event));
		return unknown && `is kept (\`cache\`) until '${unknown}', which is no event of its contract.`;
	},
	({ live }, { actions }) =>
		live?.state !== undefined && !Object.hasOwn(actions, live.state)
			? `tells its state by '${live.state}', which its contract does not have: correct its \`live\`.`
			: undefined
];
