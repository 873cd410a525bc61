/** The areas of the API in the order in which a user needs them, and the introduction to them: words, of all contracts. */

import { SCOPES } from "./cluster";

export interface DocsArea {
	readonly name: string;
	readonly description: string;
}

/** Chapters that contracts name, in this order; others come after these. */
export const AREAS: readonly DocsArea[] = [
	{
		name: "1 · Plan",
		description: "Look at both panels, and rehearse. Nothing is written."
	},
	{
		name: "2 · Run",
		description: "Begin, go on, rest, or stop for good."
	},
	{
		name: "3 · Look",
		description: "Where it stands, what happened, what became of every record."
	},
	{
		name: "4 · Afterwards",
		description: "Compare once more, mend what differs, or put everything back."
	},
	{
		name: "Accounts",
		description:
			"Who people are: register, sign in, change and lose a password; those who look after accounts, and bring them."
	},
	{
		name: "Users",
		description:
			"People as others see them: profiles, follows, organisations. And what is theirs to ask for: a copy, and to be forgotten."
	},
	{
		name: "Second factors",
		description: "Codes of an app, recovery codes, and proving once more who somebody is."
	},
	{
		name: "Passkeys",
		description:
			"Signing in by what a device keeps, without an address or a password; how such keys are made, named and ended."
	},
	{
		name: "Logins by other issuers",
		description: "Signing in by the account that somebody has elsewhere (OpenID Connect), and linking the two."
	},
	{
		name: "Accounts of an old system",
		description: "Sessions that an old system opened, exchanged for ours, and how far its people have come."
	},
	{
		name: "API keys",
		description: "Who may call, and what."
	},
	{
		name: "Sessions",
		description: "Where people are signed in, and the tokens that prove it."
	},
	{
		name: "Signing keys",
		description: "What access tokens are signed with, and how it is replaced."
	},
	{
		name: "Old links",
		description: "What customers' apps ask for. No key but the link's own."
	},
	{
		name: "Configuration",
		description:
			"Settings of all nodes by revisions: what is set, by whom and why, what it was before, and back; secrets that definitions name."
	},
	{
		name: "Feature flags",
		description:
			"What is on for whom: by person, group and share, by revisions; and what a flag answers, in OpenFeature's form."
	},
	{
		name: "Routes",
		description:
			"Older APIs' paths, bodies, answers and errors as data, by revisions: each leads to an action, and is proved by its examples. Where a request would go, and why."
	},
	{
		name: "Events",
		description: "What a service could not deal with, until somebody decides."
	},
	{
		name: "Jobs",
		description: "What is done at times, once across all nodes: when next, what came of it, pauses."
	},
	{
		name: "Nodes",
		description: "What they run, how calls between them fare, how much they log."
	},
	{
		name: "Server",
		description: "Health, metrics, documents. All but the registry need no key."
	},
	{
		name: "Stages",
		description: "What a run does with a page of records, one step at a time: for those who look into a mapping."
	}
];

/** Other addresses of the same operations: the last area, folded. */
export const ALIASES: DocsArea = {
	name: "Aliases",
	description: "Other addresses of operations above, which do the same. New programs use the canonical ones."
};

const scopes = Object.entries(SCOPES)
	.map(([scope, says]) => `| \`${scope}\` | ${says} |`)
	.join("\n");

/** Of the OpenAPI document: what this is, and the first three calls. Markdown. */
export const INTRODUCTION = `Moves a VPN panel from Marzneshin to Marzban, verified and reversible. The command \`banyan --url …\` speaks this API; so can you.

**Three calls to begin with.** \`panel.yaml\` is a definition: where from, where to, what.

\`\`\`sh
export KEY="$(cat data/api-key)" URL=http://127.0.0.1:8000/api/v1

curl -H "X-API-Key: $KEY" -H 'Content-Type: application/yaml' --data-binary @panel.yaml $URL/migrations/plan
curl -H "X-API-Key: $KEY" -X POST $URL/migrations/panel/start
curl -H "X-API-Key: $KEY" $URL/migrations/panel
\`\`\`

The first looks at both panels and writes nothing; the second begins and answers at once; the third says where it stands. \`…/panel/report?stream=users\` has every record of a stream, \`…/panel/rollback\` puts everything back.

**Keys.** The server makes the first one, with all scopes, in its data folder (\`api-key\`). Send it as \`X-API-Key\` or as a bearer token; *Authorize* below takes it for this page.

| scope | lets you |
|---|---|
${scopes}

**Errors** are problem details with a stable \`code\`: [what each means and what to do](/docs/problems). Codes of losses and of records that were not moved have [a page of their own](/docs/losses).

**Twice is once.** A \`POST\` or \`DELETE\` with an \`Idempotency-Key\` has one effect, however often it is sent. What takes long answers 202 and goes on; \`Location\` is where to look.
`;
