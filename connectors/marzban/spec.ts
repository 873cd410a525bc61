/** What Marzban as a target is, before any connection. */

import type { Json } from "../../contracts/json";
import type { Spec } from "../connector";
import { COMMON_OPTIONS, LINK_OPTIONS } from "../http/options";
import { links } from "./links";

const stateOf = ({ status }: Json): string | undefined => (typeof status === "string" ? status : undefined);

export const marzbanSpec: Spec = {
	connector: "marzban",
	role: "target",
	title: "Marzban",
	options: {
		...COMMON_OPTIONS,
		...LINK_OPTIONS,
		// Whoever makes a record may own it.
		username: { ...COMMON_OPTIONS.username, fixed: true },
		concurrency: {
			type: "number",
			range: { min: 1, max: 64, integer: true },
			default: 8,
			description: "Writes at once at most; how many is found by measuring."
		},
		settleMs: {
			type: "number",
			range: { min: 0, max: 600_000, integer: true },
			default: 5000,
			description: "How long a write whose answer was lost is looked for before it is repeated."
		},
		database: {
			type: "string",
			fixed: true,
			secret: true,
			default: "",
			description:
				"The panel's own database, for what its API cannot set: a path, sqlite:///path or mysql://user:password@host/name."
		}
	},
	streams: ["admins", "services", "hosts", "users"],
	records: { users: { credentials: ["proxies"], links, stateOf, keeps: { field: "admin", code: "owner_kept" } } },
	createsPerSecond: 100,
	capabilities: { cas: false, uniqueNaturalKey: true, keysetPaging: false, longestExecution: 30_000 }
};
