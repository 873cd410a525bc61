/** The bodies of POST and PUT /api/users, as Marzneshin understands them. */
import { randomBytes } from "node:crypto";
import { invalid } from "../answers";
import type { Body } from "../json";
import { Rules, readWhole, type Whole } from "../rules";
import type { Version } from "./marzneshin";
import { namePattern } from "./users";

const strategies = ["never", "fixed_date", "start_on_first_use"] as const;
const resets = ["no_reset", "day", "week", "month", "year"] as const;
/** 9999 years of 365 days; newer panels refuse more. */
const longest = 9999 * 365 * 86_400;

export interface UserInput {
	readonly username: string;
	readonly expire_strategy: (typeof strategies)[number] | undefined;
	readonly expire_date: string | undefined;
	readonly usage_duration: Whole | undefined;
	readonly activation_deadline: string | undefined;
	readonly key: string;
	readonly data_limit: Whole | undefined;
	readonly data_limit_reset_strategy: string | undefined;
	readonly note: string | undefined;
	readonly service_ids: readonly number[] | undefined;
}

function username(rules: Rules): string {
	const given = rules.need("username") ? rules.text("username", { nullable: false }) : undefined;
	const name = given?.toLowerCase();
	if (name !== undefined && !namePattern.test(name))
		rules.fail("username", "String should match pattern '^\\w{3,32}$'");
	return name ?? "";
}

function note(rules: Rules): string | undefined {
	const value = rules.text("note");
	return value !== undefined && [...value].length > 500
		? rules.fail("note", "String should have at most 500 characters")
		: value;
}

function services(rules: Rules): number[] | undefined {
	const value = rules.body.service_ids;
	if (value === undefined || value === null) return undefined;
	if (!Array.isArray(value)) return rules.fail("service_ids", "Input should be a valid list");
	return value.flatMap((id, index) => {
		const read = readWhole(id);
		if (typeof read !== "string") return [Number(read)];
		rules.fail(`${index}`, read);
		return [];
	});
}

/** A rule between fields is only asked once all fields are fine by themselves. */
function agree({ expire_strategy, expire_date, usage_duration }: UserInput): void {
	const fail = (words: string): never => {
		throw invalid({ body: `Value error, User expire_strategy cannot be ${words}` });
	};
	if (expire_strategy === "fixed_date" && !expire_date) fail("fixed_date without a valid expire date.");
	if (expire_strategy === "start_on_first_use" && !usage_duration)
		fail("start_on_first_use without a valid usage_duration.");
}

/** Each strategy keeps only the fields it is about. */
function kept(input: UserInput): UserInput {
	const { expire_strategy: strategy } = input;
	if (strategy === undefined) return input;
	const held = strategy === "start_on_first_use";
	return {
		...input,
		expire_date: strategy === "fixed_date" ? input.expire_date : undefined,
		usage_duration: held ? input.usage_duration : undefined,
		activation_deadline: held ? input.activation_deadline : undefined
	};
}

function read(body: Body, version: Version, creating: boolean): UserInput {
	const rules = new Rules(body);
	if (creating) rules.need("expire_strategy");
	const input: UserInput = {
		username: username(rules),
		expire_strategy: rules.choice("expire_strategy", strategies, { nullable: !creating }),
		expire_date: rules.time("expire_date"),
		usage_duration: rules.whole("usage_duration"),
		activation_deadline: rules.time("activation_deadline"),
		key: rules.text("key", { nullable: false }) ?? randomBytes(16).toString("hex"),
		data_limit: rules.whole("data_limit", 0),
		data_limit_reset_strategy: rules.choice("data_limit_reset_strategy", resets, { nullable: !creating }),
		note: note(rules),
		service_ids: services(rules)
	};
	rules.done();
	if (version === "master") nightly(input);
	agree(input);
	return kept(input);
}

/** What newer panels fail on: fields left out that they compare all the same. */
function nightly({ expire_strategy, usage_duration }: UserInput): void {
	if (expire_strategy === undefined) throw new Error("no expire_strategy to compare");
	if (expire_strategy === "start_on_first_use" && usage_duration === undefined) throw new Error("None > int");
	if (usage_duration !== undefined && usage_duration > longest)
		throw invalid({ usage_duration: "Value error, usage_duration cannot exceed 9999 years" });
}

export const readCreation = (body: Body, version: Version): UserInput => read(body, version, true);
export const readChange = (body: Body, version: Version): UserInput => read(body, version, false);
