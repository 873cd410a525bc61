/** Settings as the API of `config` shows and takes them. */

import { paged, revision } from "../revisions";
import { shape, type ValueOf } from "../schema";

/** Where nobody says another one. */
export const DEFAULT_ENVIRONMENT = "default";
/** Stands where a service does, for what is no service's own: settings of every node, and secrets by name. */
export const OF_NODES = "node";
export const OF_SECRETS = "secrets";

export const environment = {
	type: "string",
	pattern: "^[a-z][a-z0-9-]{0,39}$",
	default: DEFAULT_ENVIRONMENT,
	summary: "Whose nodes read it: small letters, digits and -, such as `production`."
} as const;
export const service = {
	type: "string",
	min: 1,
	max: 100,
	summary: `A service; \`${OF_NODES}\`: settings of every node; \`${OF_SECRETS}\`: secrets, by the name that definitions give them.`
} as const;
export const values = {
	type: "record",
	value: "json",
	summary:
		"By the names of settings, as in the environment: what each is from now on, as JSON or as the environment has it; null: it is not set here any more."
} as const;
export const historyOf = { environment, ...paged } as const;

export const setting = shape(
	"ConfigSetting",
	{
		key: { type: "string", summary: "As the variable of the environment is called." },
		value: { type: "json", nullable: true, summary: "What holds at the node that answers; null of a secret." },
		from: {
			type: "enum",
			values: ["default", "environment", "config"],
			summary: "Where that comes from."
		},
		set: {
			type: "json",
			nullable: true,
			summary: 'What is set here; null: nothing; `{ "secret": true }` of a secret, which is never shown.'
		},
		applies: {
			type: "enum",
			values: ["live", "restart", "environment"],
			summary:
				"When it holds once it is set: at once on every node, or where a node starts anew. `environment`: it is not set here."
		},
		summary: "string",
		must: { type: "string", summary: "What it may be." },
		fallback: { type: "json", nullable: true, summary: "Where nobody sets it." }
	},
	"A setting: what it may be, what it is, and where that comes from."
);
export type ConfigSetting = ValueOf<typeof setting>;

export const serviceConfig = shape(
	"ServiceConfig",
	{ service: "string", environment: "string", ...revision.props, settings: { type: "array", items: setting } },
	"The settings of a service in an environment, as of its newest revision."
);
export type ServiceConfig = ValueOf<typeof serviceConfig>;

export const configEnvironment = shape(
	"ConfigEnvironment",
	{
		environment: "string",
		...revision.props,
		set: { type: "record", value: "string[]", summary: "By service, what is set there." }
	},
	"An environment, and what is set in it as of its newest revision."
);
export type ConfigEnvironment = ValueOf<typeof configEnvironment>;

export const configList = shape("ConfigList", {
	services: {
		type: "array",
		items: { type: "object", props: { service: "string", settings: { type: "number", summary: "How many it has." } } }
	},
	environments: { type: "array", items: configEnvironment }
});
export type ConfigList = ValueOf<typeof configList>;

export const configChange = {
	path: { type: "array", items: "string", summary: "The service, and the setting." },
	kind: { type: "enum", values: ["added", "removed", "changed"] },
	before: { type: "json", nullable: true, summary: "Null of what was added, and of a secret." },
	after: { type: "json", nullable: true, summary: "Null of what was removed, and of a secret." },
	secret: "boolean"
} as const;

export const configDiff = shape(
	"ConfigDiff",
	{
		environment: "string",
		from: "number",
		to: "number",
		changes: { type: "array", items: { type: "object", props: configChange } }
	},
	"What is set otherwise in one revision than in another."
);
export type ConfigDiff = ValueOf<typeof configDiff>;

export const configRevision = shape(
	"ConfigRevision",
	{
		environment: "string",
		...revision.props,
		value: {
			type: "record",
			value: { type: "record", value: "json" },
			summary: 'By service and setting, all that is set as of it; `{ "secret": true }` of a secret.'
		}
	},
	"All that is set as of a revision."
);
export type ConfigRevision = ValueOf<typeof configRevision>;

export const configChanged = shape(
	"ConfigChanged",
	{
		environment: "string",
		...revision.props,
		changes: configDiff.props.changes,
		atRestart: {
			type: "array",
			items: "string",
			summary: "Of what was changed, what nodes go by once they start anew."
		}
	},
	"The revision that was made, and what it changed."
);
export type ConfigChanged = ValueOf<typeof configChanged>;
