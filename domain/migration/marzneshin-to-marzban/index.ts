/** The mapping Marzneshin → Marzban: its streams, its context, its rules. */

import type { Finding } from "../../../contracts/migration/connection";
import type { AuthAlgorithm, Derive } from "../credentials";
import { refused, toDo, warning } from "../finding";
import type { Mapping } from "../mapping";
import { admins } from "./admins";
import { nodes, settings } from "./by-hand";
import { type Context, contextOf, missingTags, type SourceFacts, type TargetFacts, unknownTags } from "./context";
import { oldLinks } from "./formats";
import { type HostContext, hostContextOf, hosts } from "./hosts";
import { lossesOfMarzneshin } from "./losses";
import { ruleDescriptions, violation } from "./rules";
import { type ServiceContext, serviceContextOf, services } from "./services";
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

export const marzneshinToMarzban = (derive: Readonly<Record<AuthAlgorithm, Derive>>): Mapping<Known> => ({
	name: "marzneshin-to-marzban",
	source: "marzneshin",
	target: "marzban",
	streams: { admins, services, hosts, users: users(derive), nodes, settings },
	contextOf: (given, there, definition) => {
		const [source, target] = [given as unknown as SourceFacts, there as unknown as TargetFacts];
		const rest = { ...hostContextOf(source, target, definition), ...serviceContextOf(given) };
		return { ...contextOf(source, target, definition), ...rest };
	},
	findings: (context, source, target, definition) => [
		...HABITS,
		...(source.database && !context.database ? [NEEDS_BOTH] : []),
		...missingTags(context).map(missingTag),
		...unknownTags(source as unknown as SourceFacts, target as unknown as TargetFacts, definition).map(unknownTag)
	],
	missingInbounds: context =>
		missingTags(context)
			.filter(({ supported }) => supported)
			.map(({ tag }) => tag),
	oldLinks,
	losses: lossesOfMarzneshin,
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

const unknownTag = ({ tag, at }: ReturnType<typeof unknownTags>[number]): Finding =>
	refused(
		"tag-unknown",
		`rules.inboundTags names '${tag}', which the ${at} does not have: correct it or add the inbound there.`
	);
