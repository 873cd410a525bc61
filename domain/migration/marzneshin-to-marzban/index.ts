/** The mapping Marzneshin → Marzban: its streams, its context, its rules. */

import type { Finding } from "../../../contracts/migration/connection";
import type { AuthAlgorithm, Derive } from "../credentials";
import type { Mapping } from "../mapping";
import { admins } from "./admins";
import { type Context, contextOf, missingTags, type SourceFacts, type TargetFacts, unknownTags } from "./context";
import { ruleDescriptions, violation } from "./rules";
import { users } from "./users";

export const marzneshinToMarzban = (derive: Readonly<Record<AuthAlgorithm, Derive>>): Mapping<Context> => ({
	name: "marzneshin-to-marzban",
	source: "marzneshin",
	target: "marzban",
	streams: { admins, users: users(derive) },
	contextOf: (source, target, definition) =>
		contextOf(source as unknown as SourceFacts, target as unknown as TargetFacts, definition),
	findings: (context, source, target, definition) => [
		...missingTags(context).map(missingTag),
		...unknownTags(source as unknown as SourceFacts, target as unknown as TargetFacts, definition).map(unknownTag)
	],
	rules: ruleDescriptions,
	violation
});

function missingTag({ tag, protocol, supported }: ReturnType<typeof missingTags>[number]): Finding {
	const message = supported
		? `The target has no ${protocol} inbound '${tag}': add it to its xray config, or name its counterpart in rules.inboundTags.`
		: `Marzban has no ${protocol}: users lose inbound '${tag}'.`;
	return { ok: true, code: supported ? "tag-missing" : "protocol-unsupported", message };
}

const unknownTag = ({ tag, at }: ReturnType<typeof unknownTags>[number]): Finding => ({
	ok: false,
	code: "tag-unknown",
	message: `rules.inboundTags names '${tag}', which the ${at} does not have: correct it or add the inbound there.`
});
