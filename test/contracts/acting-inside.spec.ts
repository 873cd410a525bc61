/**
 * A6, for each action of each contract, those for the cluster's own calls among them: none takes whoever acts from its params. A
 * field that names somebody says about whom something is, and stands below with the reason; all else is `ctx.meta.caller`.
 */

import { CONTRACTS } from "../../contracts/cluster";
import { action, type Contract, contract } from "../../contracts/contract";
import { fieldsIn } from "../../contracts/rules";
import type { Rule } from "../../contracts/schema";

/** What others call somebody, however it is written. */
const NAMES =
	/^(?:(?:acting|current|my|by|from|request(?:ed|ing)?)?(?:user|account|owner|person|actor|author|member|subject|sub|caller|admin|operator|principal|impersonat\w*|behalf|onbehalf(?:of)?|(?:created|changed|made|performed|requested)by|runas|actas|who|whom))(?:id|s|ids|name)?$/;
const isNaming = (field: string): boolean => NAMES.test(field.replace(/[_-]/g, "").toLowerCase());

/** Fields of an action, and of what stands in them. */
function fieldsOf(params: Readonly<Record<string, Rule>>): string[] {
	return Object.entries(params).flatMap(([field, rule]) => [field, ...inner(rule)]);
}
function inner(rule: unknown): string[] {
	if (typeof rule !== "object" || rule === null) return [];
	const { items, value } = rule as { items?: unknown; value?: unknown };
	return [...(fieldsIn(rule as Rule) ?? []), ...inner(items), ...inner(value)];
}

const namingIn = (contracts: readonly Contract[]): string[] =>
	contracts.flatMap(({ name, actions }) =>
		Object.entries(actions).flatMap(([key, { params }]) =>
			fieldsOf(params)
				.filter(isNaming)
				.map(field => `${name}.${key} ${field}`)
		)
	);

const EACH_SERVICE = "users asks each service what it keeps of somebody (contracts/personal.ts)";
const PERSONAL = [
	"access",
	"auth",
	"config",
	"flags",
	"idempotency",
	"mail",
	"mfa",
	"oidc",
	"passkeys",
	"routes",
	"sessions",
	"users"
];
const ABOUT: Readonly<Record<string, string>> = {
	...Object.fromEntries(PERSONAL.map(name => [`${name}.personal account`, EACH_SERVICE])),
	"users.called account": "what somebody is called, for those who write to them",
	"users.invite whom": "who is asked to come, by whoever is signed in",
	"users.assign whom": "whose role it becomes, by whoever is signed in",
	"users.dismiss whom": "who has to go, by whoever is signed in",
	"links.record username": "whose link it is: a record of another system",
	"links.find username": "whose link is looked for: a record of another system",
	"auth.adopt account": "the account that is brought from another system",
	"auth.adoptAll accounts": "the accounts that are brought from another system",
	"auth.hasPassword account": "whom a factor is to be taken from: asked by services that know whoever is signed in",
	"auth.enter account": "who has just proved who they are to the service that calls: nobody is signed in yet",
	"auth.prove account": "whose password is asked for once more: asked by services that know whoever is signed in",
	"auth.erase account": "who is to be forgotten: asked by users alone, for whoever is signed in",
	"flags.put owner": "who cares for a flag, as readers of it are told; it permits nothing",
	"guesses.reserve subject": "at whose secret a guess is made, by nobody who is known",
	"guesses.device subjects": "at whose secrets a device has guessed well",
	"mail.send account": "whom a letter is to",
	"mfa.begin account": "who proved a first factor just now: nobody is signed in yet",
	"oidc.linked account": "of whom another service asks how they may sign in",
	"passkeys.count account": "of whom another service asks how they may sign in",
	"passkeys.prove account": "who is challenged: asked by services that know whoever is signed in",
	"sessions.open account": "who has just proved who they are to the service that calls: nobody is signed in yet",
	"sessions.closeAll account": "whose sessions end: asked by services that know why",
	"sessions.listOf account": "whose sessions somebody with a scope for it looks at",
	"sessions.revokeOf account": "whose sessions somebody with a scope for it ends"
};

it("A6: no action takes whoever acts from its params; whom it is about is said with the reason", () =>
	expect(namingIn(CONTRACTS).filter(each => !Object.hasOwn(ABOUT, each))).toEqual([]));

it("the reasons are of actions that are there", () =>
	expect(Object.keys(ABOUT).filter(each => !namingIn(CONTRACTS).includes(each))).toEqual([]));

it.each(["userId", "account", "owner_id", "on_behalf_of", "createdBy", "author", "actor", "runAs"])(
	"one that takes it from '%s' is found, inside of the cluster and within a field, too",
	field => {
		const planted = contract("platform", "planted", {
			actions: {
				act: action({
					summary: "Acts for anybody.",
					internal: ["gateway"],
					params: { [field]: "string", of: { type: "object", props: { [field]: "string" } } },
					result: "null"
				})
			},
			events: {}
		}) as unknown as Contract;
		expect(namingIn([planted])).toEqual([`planted.act ${field}`, `planted.act ${field}`]);
	}
);
