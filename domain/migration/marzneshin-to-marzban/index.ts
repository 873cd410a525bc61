/** The mapping Marzneshin → Marzban: its streams, its context, its rules. */

import type { Finding } from "../../../contracts/migration/connection";
import { refused, toDo, warning } from "../finding";
import type { Facts, Mapping } from "../mapping";
import { admins } from "./admins";
import { nodes, settings } from "./by-hand";
import { type Context, contextOf, missingTags, type Sides, unknownTags } from "./context";
import type { AuthAlgorithm, Derive } from "./credentials";
import { type HostContext, hostContextOf, hosts } from "./hosts";
import { ruleDescriptions, violation } from "./rules";
import { type ServiceContext, serviceContextOf, services } from "./services";
import { spec } from "./spec";
import { users } from "./users";

type Known = Context & HostContext & ServiceContext;

/** What Marzban does by itself with users who are created, and what to do about it (MAPPING: surprises 19, 20). */
const HABITS: readonly Finding[] = [
	toDo(
		"notices",
		"Marzban sends a message for each user created, where a Telegram or Discord bot is set up: switch it off for the run."
	),
	toDo(
		"auto-delete",
		"Where USERS_AUTODELETE_DAYS is set, Marzban may delete expired users after the move: take it out."
	)
];

const NEEDS_BOTH = warning(
	"passwords-new",
	"Admins get new passwords: only with the target's database named, too, they keep theirs."
);

/** What the two checks found, as their connectors say it. */
const factsOf = (source: Facts, target: Facts): Sides => ({ source, target }) as unknown as Sides;

export const mapping = (derive: Readonly<Record<AuthAlgorithm, Derive>>): Mapping<Known> => ({
	...spec,
	streams: { admins, services, hosts, users: users(derive), nodes, settings },
	contextOf: (given, there, definition) => {
		const { source, target } = factsOf(given, there);
		const context = contextOf(source, target, definition);
		return { ...context, ...hostContextOf(source, target, definition), ...serviceContextOf(given, context) };
	},
	findings: (context, source, target, definition) => [
		...HABITS,
		...(source.database && !context.database ? [NEEDS_BOTH] : []),
		...(context.raised.length > 0 ? [raised(context)] : []),
		...missingTags(context).map(missingTag),
		...unknownTags(factsOf(source, target), definition).map(unknownTag)
	],
	needsBackup: ({ database }) => database !== null,
	lacking: context => {
		const keys = missingTags(context)
			.filter(({ supported }) => supported)
			.map(({ tag }) => tag);
		return keys.length === 0 ? [] : [{ kind: "inbounds", keys }];
	},
	rules: ruleDescriptions,
	violation
});

function missingTag({ tag, protocol, supported }: ReturnType<typeof missingTags>[number]): Finding {
	return supported
		? toDo(
				"tag-missing",
				`The target has no ${protocol} inbound '${tag}': add it to its xray config, or name its counterpart in rules.inboundTags.`
			)
		: warning("protocol-unsupported", `Marzban has no ${protocol}: users lose inbound '${tag}'.`);
}

/** Whoever they are: the same person with more power there, or another one who comes into their customers. */
function raised({ raised: names }: Context): Finding {
	const told = names
		.slice(0, MOST_NAMES)
		.map(name => `'${name}'`)
		.join(", ");
	const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
	const message = `At the target ${told}${more} are sudo, at the source they are not, or are disabled: they stay as they are there, are told as skipped, and get the users of their name. Where that is somebody else, rename one of the two first.`;
	return toDo("admin-raised", message);
}
const MOST_NAMES = 5;

const unknownTag = ({ tag, at }: ReturnType<typeof unknownTags>[number]): Finding =>
	refused(
		"tag-unknown",
		`rules.inboundTags names '${tag}', which the ${at} does not have: correct it or add the inbound there.`
	);
