/** Where Redis is, read from its text: which server, which login, whether the way there can be listened to. */

import { isLoopback } from "../transporter-address";

export interface RedisAddress {
	readonly hostname: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	/** The number of the database. */
	readonly db: number;
	readonly isTls: boolean;
}

/** How a text of it looks. */
export const REDIS_FORM = "redis://[user:password@]host[:port][/database], or rediss:// for the same with TLS";

const DEFAULT_PORT = 6379;

/** Undefined for anything else. */
export function readRedis(text: string): RedisAddress | undefined {
	if (!/^rediss?:\/\/\S+$/.test(text) || !URL.canParse(text)) return undefined;
	const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
	const db = /^\/?(\d{0,4})$/.exec(pathname)?.[1];
	if (hostname === "" || db === undefined || search !== "" || hash !== "") return undefined;
	try {
		return {
			hostname: decodeURIComponent(hostname).replace(/^\[|\]$/g, ""),
			port: port === "" ? DEFAULT_PORT : Number(port),
			user: decodeURIComponent(username),
			password: decodeURIComponent(password),
			db: Number(db),
			isTls: protocol === "rediss:"
		};
	} catch {
		// A % that stands for nothing.
		return undefined;
	}
}

/** Why it should not be met there; undefined where it may. */
export function redisFault({ hostname, port, password, isTls }: RedisAddress): string | undefined {
	if (isLoopback({ hostname })) return undefined;
	const lacks = [!isTls && "TLS (rediss:// instead of redis://)", password === "" && "a password"].filter(Boolean);
	return lacks.length === 0
		? undefined
		: `REDIS_URL leads over a network (${hostname}:${port}) without ${lacks.join(" and without ")}: whoever listens there reads the password, and whoever reaches it may let anybody guess on. Give it both, use a Redis on this machine, or set REDIS_INSECURE=yes where nobody else reaches that network.`;
}
