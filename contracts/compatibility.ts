/**
 * Two neighbouring releases run side by side while a cluster is upgraded, node by node: older callers meet newer services,
 * and newer callers older ones. So what a contract says changes only in ways that both sides can bear; each that they
 * cannot is one sentence. A new optional field is borne: whoever does not know it is not sent it (the middleware `older`),
 * or leaves it out of what it hears.
 */

import type { ActionSpec, Contract } from "./contract";
import type { JsonValue } from "./json";
import { isAlternatives, type Wordy, wordy } from "./rules";
import type { Rule, Schema } from "./schema";

type Forms<T> = Readonly<Record<string, T>>;

/** What others rely on, of an action. */
export interface ActionForm {
	readonly params: Schema;
	readonly result: Rule;
	readonly rest?: string;
	readonly internal?: readonly string[];
}
/** Of a contract. */
export interface ContractForm {
	readonly actions: Forms<ActionForm>;
	readonly events: Forms<Schema>;
}
export type Released = Forms<ContractForm>;

const mapped = <T, R>(table: Forms<T>, form: (value: T) => R): Record<string, R> =>
	Object.fromEntries(Object.entries(table).map(([key, value]) => [key, form(value)]));

const actionForm = ({ params, result, rest, internal }: ActionSpec): ActionForm => ({
	params,
	result,
	...(rest !== undefined && { rest }),
	...(internal && { internal })
});

/** As it is kept beside the next release, and compared: JSON, without words for people. */
export const releasedForm = (contracts: readonly Contract[]): Released =>
	plain(
		Object.fromEntries(
			contracts.map(({ name, actions, events }) => [
				name,
				{ actions: mapped(actions, actionForm), events: mapped(events, ({ payload }) => payload) }
			])
		)
	);

const WORDS: ReadonlySet<string> = new Set(["summary", "about", "named"]);
const plain = (forms: Released): Released =>
	// A field of a schema may be called as an option is: what stands there is a rule then, no text.
	JSON.parse(JSON.stringify(forms, (key, value) => (WORDS.has(key) && isText(value) ? undefined : value)));
const isText = (value: unknown): boolean => typeof value === "string" && /[ .]/.test(value);

/** What the released form has and the present one breaks: sentences. */
export function incompatible(released: Released, now: Released): string[] {
	return gone(released, now, "contract").concat(
		common(released, now).flatMap(([name, before, after]) => [
			...gone(before.actions, after.actions, `action of ${name}`),
			...gone(before.events, after.events, `event of ${name}`),
			...common(before.actions, after.actions).flatMap(([key, was, is]) => ofAction(`${name}.${key}`, was, is)),
			...common(before.events, after.events).flatMap(([key, was, is]) =>
				ofFields({ place: `the event ${name}.${key}`, side: "read" }, was, is)
			)
		])
	);
}

const gone = (before: Forms<unknown>, after: Forms<unknown>, what: string): string[] =>
	Object.keys(before)
		.filter(key => !Object.hasOwn(after, key))
		.map(key => `The ${what} '${key}' is gone: nodes of the release before still ask for it. Keep it for one more.`);

const common = <T>(before: Forms<T>, after: Forms<T>): [string, T, T][] =>
	Object.entries(before).flatMap(([key, was]): [string, T, T][] => {
		const is = after[key];
		return is === undefined ? [] : [[key, was, is]];
	});

function ofAction(action: string, was: ActionForm, is: ActionForm): string[] {
	const lost = (was.internal ?? []).filter(name => is.internal && !is.internal.includes(name));
	return [
		...(was.rest === is.rest ? [] : [`${action} has another address (${was.rest}): keep it, the new one is an alias.`]),
		...lost.map(name => `${action} is no more for '${name}', which calls it in the release before: keep it there.`),
		...ofFields({ place: `${action}: params`, side: "sent" }, was.params, is.params),
		...ofRule({ place: `${action}: result`, side: "read" }, was.result, is.result)
	];
}

/** Where a rule stands, and what it is of: what callers send, or what they read. */
interface Place {
	readonly place: string;
	readonly side: "sent" | "read";
}
const within = ({ place, side }: Place, more: string): Place => ({ place: `${place}${more}`, side });

function ofFields(at: Place, before: Schema, after: Schema): string[] {
	const lost = Object.keys(before).filter(field => !Object.hasOwn(after, field));
	const added = Object.entries(after).filter(([field, rule]) => !Object.hasOwn(before, field) && !mayLack(rule));
	return [
		...lost.map(field => `${at.place}.${field} was taken away: ${WHY[at.side].lost}. Keep it for one more release.`),
		...added.map(
			([field]) => `${at.place}.${field} is new and must be there: ${WHY[at.side].added}. Make it optional.`
		),
		...common(before, after).flatMap(([field, was, is]) => ofRule(within(at, `.${field}`), was, is))
	];
}

const WHY = {
	sent: {
		lost: "callers of the release before send it, and a service refuses what it does not know",
		added: "callers of the release before do not send it"
	},
	read: {
		lost: "those of the release before read it",
		added: "services of the release before do not say it"
	}
} as const;

const mayLack = (rule: Rule): boolean => {
	if (isAlternatives(rule)) return false;
	const { optional, default: fallback } = wordy(rule);
	return optional === true || fallback !== undefined;
};

function ofRule(at: Place, before: Rule, after: Rule): string[] {
	if (isAlternatives(before) || isAlternatives(after)) return ofAlternatives(at, before, after);
	const [was, is] = [wordy(before), wordy(after)];
	if (was.type !== is.type)
		return [`${at.place} is a ${is.type}, and was a ${was.type}: leave it, and add another field.`];
	return [
		...ofPresence(at, before, after, was, is),
		...ofValues(
			at,
			was.values ?? [],
			grows(is) ? (was.values ?? []).filter(each => is.values?.includes(each)) : (is.values ?? [])
		),
		...(at.side === "sent" ? ofBounds(at, was, is) : []),
		...ofInner(at, was, is)
	];
}

function ofAlternatives(at: Place, before: Rule, after: Rule): string[] {
	if (!isAlternatives(before) || !isAlternatives(after) || before.length !== after.length)
		return [`${at.place} has other alternatives than before: leave them, and add another field.`];
	return before.flatMap((rule, index) => ofRule(at, rule, after[index] as Rule));
}

function ofPresence(at: Place, before: Rule, after: Rule, was: Wordy, is: Wordy): string[] {
	const [could, can] = [mayLack(before), mayLack(after)];
	const nulls = (was.nullable === true) !== (is.nullable === true);
	return [
		...(could === can ? [] : [`${at.place} ${can ? "may be left out" : "must be there"} now: leave it as it was.`]),
		...(nulls ? [`${at.place} ${is.nullable ? "may be null" : "is never null"} now: leave it as it was.`] : [])
	];
}

/** A new service brings new scopes: a node that does not know one refuses to make a key with it, and says so. */
const grows = ({ named }: Wordy): boolean => named === "Scope";

function ofValues(at: Place, was: readonly JsonValue[], is: readonly JsonValue[]): string[] {
	const missing = (some: readonly JsonValue[], others: readonly JsonValue[]) =>
		some.filter(one => !others.includes(one));
	return [
		...missing(was, is).map(value => `${at.place} has the value '${value}' no more: ${VALUES[at.side].lost}. Keep it.`),
		...missing(is, was).map(
			value => `${at.place} has the new value '${value}': ${VALUES[at.side].added}. Say it by a new optional field.`
		)
	];
}

const VALUES = {
	sent: {
		lost: "callers of the release before send it",
		added: "services of the release before refuse it"
	},
	read: {
		lost: "services of the release before say it",
		added: "those of the release before do not know it"
	}
} as const;

/** Wider ones are borne: a service of the release before refuses what is beyond its own, and says so. */
function ofBounds(at: Place, was: Wordy, is: Wordy): string[] {
	const narrower = BOUNDS.filter(([bound, isNarrower]) => isNarrower(was[bound], is[bound]));
	return narrower.map(
		([bound]) =>
			`${at.place} is narrower than before (${bound}: ${is[bound]}): callers of the release before exceed it. Leave it.`
	);
}

const less = (one: unknown, other: unknown): boolean => Number(one) < Number(other);
const other = (was: unknown, is: unknown): boolean => is !== undefined && was !== is;
const BOUNDS: readonly (readonly [string, (was: unknown, is: unknown) => boolean])[] = [
	["min", (was, is) => is !== undefined && less(was ?? Number.NEGATIVE_INFINITY, is)],
	["max", (was, is) => is !== undefined && less(is, was ?? Number.POSITIVE_INFINITY)],
	...["length", "pattern", "integer", "unique", "alphanum", "alphadash", "numeric", "hex"].map(
		bound => [bound, other] as const
	)
];

function ofInner(at: Place, was: Wordy, is: Wordy): string[] {
	if ((was.props === undefined) !== (is.props === undefined))
		return [`${at.place} ${is.props ? "names its fields now" : "may have any field now"}: leave it as it was.`];
	return [
		...(was.props && is.props ? ofFields(at, was.props, is.props) : []),
		...[
			[was.items, is.items],
			[was.value, is.value]
		].flatMap(([before, after]) =>
			before === undefined || after === undefined ? [] : ofRule(within(at, "[]"), before, after)
		)
	];
}
