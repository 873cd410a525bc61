/** config: settings of the services, changed for the whole cluster by revisions; and secrets that definitions name. */

import { action, contract } from "../contract";
import { personal } from "../personal";
import { reseal } from "../reseal";
import { CHANGED, expected, KNOWN, ordinal, reason, revisionPage, snapshot } from "../revisions";
import {
	type ConfigChanged,
	configChanged,
	configDiff,
	configEnvironment,
	configList,
	configRevision,
	DEFAULT_ENVIRONMENT,
	environment,
	historyOf,
	OF_SECRETS,
	service,
	serviceConfig,
	values
} from "./config-forms";

const [READ, WRITE] = ["config:read", "config:write"] as const;
/** Services that fill in what definitions name. */
const READERS = ["extractor", "importer", "subscriptions", "verifier"];

const seventh = {
	revision: 7,
	hash: "6b1d0f2c9e5a4c7d8b3f60e1a2c4d5f60718293a4b5c6d7e8f90a1b2c3d4e5f6",
	at: "2026-11-26T17:31:00.000Z",
	author: "person:a-3f0e",
	reason: "Phones refresh too often."
};
const inDefault = { environment: DEFAULT_ENVIRONMENT } as const;
const made: ConfigChanged = {
	...inDefault,
	...seventh,
	changes: [
		{ path: ["sessions", "REFRESH_GRACE"], kind: "changed", before: 10, after: 30, secret: false },
		{ path: [OF_SECRETS, "BANYAN_SECRET_PANEL"], kind: "added", before: null, after: null, secret: true }
	],
	atRestart: []
};
const why = { expected: 6, reason: seventh.reason };

export const config = contract("platform", "config", {
	chapter: "Configuration",
	stores: ["secrets"],
	scopes: {
		"config:read": "see settings, what they were, and who changed them why",
		"config:write": "change settings of the whole cluster, and secrets that definitions name"
	},
	errors: {
		CONFIG_SERVICE_UNKNOWN: {
			status: 404,
			title: "No such service",
			means: "No service has this name.",
			todo: "`GET /api/v1/config` names those that there are."
		}
	},
	settings: {
		environments: {
			variable: "CONFIG_ENVIRONMENTS",
			rule: "number|integer|min:1|max:1000|default:20",
			summary: "environments that settings are kept for"
		}
	},
	metrics: {
		revisions: {
			type: "counter",
			name: "banyan.config.revisions",
			labels: ["how"],
			summary: "Revisions of settings that were made, by a `change` or a `rollback`."
		}
	},
	actions: {
		list: action({
			summary: "All services with settings, and all environments with what is set in them.",
			permission: READ,
			rest: "GET /config",
			aliases: ["GET /config"],
			params: {},
			result: configList,
			example: {
				params: {},
				result: {
					services: [{ service: "sessions", settings: 5 }],
					environments: [{ ...inDefault, ...seventh, set: { sessions: ["REFRESH_GRACE"] } }]
				}
			}
		}),
		changeAll: action({
			summary: "Changes settings of several services at once: nodes see all of it, or none.",
			keyed: true,
			permission: WRITE,
			rest: "POST /config",
			aliases: ["POST /config"],
			params: {
				environment,
				expected,
				reason,
				services: { type: "record", value: values, summary: "By service." }
			},
			result: configChanged,
			example: {
				params: {
					...why,
					services: { sessions: { REFRESH_GRACE: 30 }, [OF_SECRETS]: { BANYAN_SECRET_PANEL: "shown-to-nobody" } }
				},
				result: made
			}
		}),
		history: action({
			summary: "The revisions of an environment, the newest first.",
			permission: READ,
			rest: "GET /config/revisions",
			params: historyOf,
			result: revisionPage,
			example: { params: {}, result: { items: [seventh], next: null } }
		}),
		revision: action({
			summary: "All that was set as of a revision, without secrets.",
			permission: READ,
			rest: "GET /config/revisions/:revision",
			params: { environment, revision: ordinal },
			result: configRevision,
			example: {
				params: { revision: 7 },
				result: {
					...inDefault,
					...seventh,
					value: { sessions: { REFRESH_GRACE: 30 }, [OF_SECRETS]: { BANYAN_SECRET_PANEL: { secret: true } } }
				}
			}
		}),
		diff: action({
			summary: "What a revision changed, or what is set otherwise in it than in another one.",
			permission: READ,
			rest: "GET /config/revisions/:revision/diff",
			params: {
				environment,
				revision: ordinal,
				from: { ...ordinal, min: 1, optional: true, summary: "Without it the one before." }
			},
			result: configDiff,
			example: {
				params: { revision: 7, from: 6 },
				result: { ...inDefault, from: 6, to: 7, changes: made.changes }
			}
		}),
		rollback: action({
			summary: "Sets all that was set as of a revision again: a new revision, which is that one byte for byte.",
			keyed: true,
			permission: WRITE,
			rest: "POST /config/revisions/:revision/rollback",
			params: { environment, revision: ordinal, expected, reason },
			result: configChanged,
			example: {
				params: { revision: 5, ...why },
				result: made
			}
		}),
		get: action({
			summary: "The settings of a service: what each may be, what it is, and where that comes from.",
			permission: READ,
			rest: "GET /config/:service",
			aliases: ["GET /config/:service"],
			params: { service, environment },
			result: serviceConfig,
			example: {
				params: { service: "sessions" },
				result: {
					service: "sessions",
					...inDefault,
					...seventh,
					settings: [
						{
							key: "REFRESH_GRACE",
							value: 30,
							from: "config",
							set: 30,
							applies: "live",
							summary: "how long a refresh token that was used gets the same answer once more",
							must: "a whole number, 0 to 300 s",
							fallback: 10
						}
					]
				}
			}
		}),
		change: action({
			summary: "Changes settings of a service: nodes see all of it, or none.",
			keyed: true,
			permission: WRITE,
			rest: "POST /config/:service",
			aliases: ["POST /config/:service"],
			params: { service, environment, expected, reason, values },
			result: configChanged,
			example: { params: { service: "sessions", ...why, values: { REFRESH_GRACE: 30 } }, result: made }
		}),
		environments: action({
			summary: "In which environments something of a service is set, and what.",
			permission: READ,
			rest: "GET /config/:service/environments",
			aliases: ["GET /config/:service/environments"],
			params: { service },
			result: { type: "array", items: configEnvironment },
			example: {
				params: { service: "sessions" },
				result: [{ ...inDefault, ...seventh, set: { sessions: ["REFRESH_GRACE"] } }]
			}
		}),
		snapshot: action({
			summary: "All that is set as of the newest revision, for a node that follows it; secrets in it are sealed.",
			internal: ["*"],
			reads: true,
			params: { environment, ...KNOWN },
			result: snapshot
		}),
		reveal: action({
			summary:
				"Secrets by their names, for a node that connects to what a definition names; those that are not set are left out.",
			internal: READERS,
			reads: true,
			secret: true,
			params: { environment, names: { type: "array", items: "string|min:1|max:100", max: 100 } },
			result: { type: "record", value: "string" }
		}),
		personal,
		reseal
	},
	events: { changed: CHANGED }
});
