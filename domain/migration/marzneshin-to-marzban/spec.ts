/** What the mapping Marzneshin → Marzban is, in words and data: all that is known of it before it is loaded. */

import type { MappingSpec } from "../mapping";
import { defaultStreams, rulesSchema } from "./definition";
import { oldLinks } from "./formats";
import { lossesOfMarzneshin } from "./losses";

export const spec: MappingSpec = {
	name: "marzneshin-to-marzban",
	source: "marzneshin",
	target: "marzban",
	titles: { marzneshin: "Marzneshin", marzban: "Marzban" },
	nouns: {
		users: ["user", "users"],
		admins: ["admin", "admins"],
		services: ["service", "services"],
		hosts: ["host", "hosts"],
		nodes: ["node", "nodes"],
		settings: ["set of settings", "sets of settings"]
	},
	defaultStreams,
	rulesSchema,
	losses: lossesOfMarzneshin,
	customers: { stream: "users", columns: ["owner", "user name", "new user name", "what to tell them"] },
	artefacts: {
		inbounds: {
			noun: ["inbound", "inbounds"],
			secrets: "private keys",
			todo: "add them to `inbounds` of Marzban's core config, with the certificate files they name, plan again, then delete the file"
		}
	},
	oldLinks
};
