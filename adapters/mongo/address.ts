/** Where MongoDB is, read from its text: which servers, which database, whether the way there can be listened to. */

import { isLoopback } from "../transporter-address";

export interface MongoAddress {
	/** As it was given: a password may stand in it. */
	readonly url: string;
	readonly hosts: readonly string[];
	/** Null: it names none. */
	readonly database: string | null;
	readonly isTls: boolean;
	readonly hasLogin: boolean;
	/** It says how the servers belong together; else one of them is asked. */
	readonly isWhole: boolean;
}

const FORM = /^mongodb(\+srv)?:\/\/(?:([^@/?#\s]*)@)?([^@/?#\s]+)(?:\/([^?#\s]*))?(?:\?([^#\s]*))?$/;
/** What MongoDB calls a database, on any system; 63 bytes at most. */
const DATABASE = /^[^/\\. "$*<>:|?\0]{1,63}$/;

/** `mongodb://` or `mongodb+srv://`; undefined for anything else. */
export function readMongo(url: string): MongoAddress | undefined {
	const [, srv, login = "", hosts = "", path = "", query = ""] = FORM.exec(url) ?? [];
	const database = decoded(path);
	const names = hosts.split(",").filter(Boolean);
	if (names.length === 0 || database === undefined || login.split(":").some(part => decoded(part) === undefined))
		return undefined;
	if (database !== "" && !DATABASE.test(database)) return undefined;
	const options = new Map([...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase(), value]));
	return {
		url,
		hosts: names,
		database: database || null,
		isTls: (options.get("tls") ?? options.get("ssl") ?? String(srv !== undefined)) === "true",
		hasLogin: /^[^:]+:[^:]+$/.test(login),
		isWhole: srv !== undefined || names.length > 1 || options.has("replicaset") || options.has("directconnection")
	};
}

/** Undefined where a % stands for nothing. */
function decoded(text: string): string | undefined {
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
}

const hostnameOf = (host: string): string => host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");

/** Why records should not be kept there; undefined where they may. */
export function mongoFault({ hosts, isTls, hasLogin }: MongoAddress): string | undefined {
	const far = hosts.filter(host => !/\.sock$/i.test(host) && !isLoopback({ hostname: hostnameOf(host) }));
	const lacks = [!isTls && "TLS (tls=true)", !hasLogin && "a user and a password"].filter(Boolean);
	if (far.length === 0 || lacks.length === 0) return undefined;
	return `MONGODB_URL leads over a network (${far.join(", ")}) without ${lacks.join(" and without ")}: whoever listens there reads what is kept, and whoever reaches it may change it. Give it both, use a server on this machine, or set MONGODB_INSECURE=yes where nobody else reaches that network.`;
}
