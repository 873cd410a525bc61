/**
 * How a database is named: as a path, or as SQLAlchemy spells it in a panel's own settings. What is wrong with a text is
 * said without the text: it may hold a password, wherever a slip has put it.
 */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ConnectorError } from "../connector";

export type Address =
	| { readonly kind: "sqlite"; readonly file: string }
	| {
			readonly kind: "mysql";
			readonly host: string;
			readonly port: number;
			readonly user: string;
			readonly password: string;
			readonly database: string;
	  };

const wrong = (what: string) => new ConnectorError("refused", `Option database ${what}.`);

const FORMS = "a path, sqlite:///path or mysql://user:password@host:3306/name";
const ESCAPES =
	"characters of a user name or a password need %-escapes: write @ as %40, / as %2F, : as %3A, # as %23, ? as %3F and % as %25";

/** `mysql`, `mariadb+pymysql` …, and what stands behind its colon. */
const SCHEME = /^([a-z][a-z0-9.-]*)(?:\+[a-z0-9_]*)?:(.*)$/is;

const KINDS: Readonly<Record<string, (rest: string) => Address>> = {
	mysql: mysqlAddress,
	mariadb: mysqlAddress,
	sqlite: rest => ({ kind: "sqlite", file: sqliteFile(rest) })
};

export function addressOf(text: string): Address {
	const trimmed = text.trim();
	const [, scheme, rest = ""] = SCHEME.exec(trimmed) ?? [];
	const open = scheme && KINDS[scheme.toLowerCase()];
	if (open) return open(rest);
	const isThere = existsSync(resolve(trimmed));
	if (/^\s*['"]|^\w+\s*=/.test(trimmed) && !isThere)
		throw wrong("must be the address alone, without quotes and without the name of a setting");
	// A path never has to be said with these: whatever it is, it may hold a password.
	if ((scheme || /[@\0]|\/\//.test(trimmed)) && !isThere) throw wrong(`must be ${FORMS}`);
	return { kind: "sqlite", file: resolve(trimmed) };
}

/** Four slashes are an absolute path, three a relative one; many write three and mean an absolute one. */
function sqliteFile(rest: string): string {
	const [path = ""] = rest.split("?");
	const [, slashes = "", named = ""] = /^(\/*)(.*)$/s.exec(path) ?? [];
	if (named === "") throw wrong("must name a file after sqlite:///");
	if (slashes.length < 3)
		throw wrong("must have three slashes before a relative path, sqlite:///path, or four before an absolute one");
	if (slashes.length > 3) return resolve("/", named);
	return existsSync(resolve(named)) ? resolve(named) : resolve("/", named);
}

const unescaped = (text: string): string => {
	try {
		return decodeURIComponent(text);
	} catch {
		throw wrong("holds a % that is no escape: write %25");
	}
};

const MYSQL_FORM = "mysql://user:password@host:3306/name";

interface Parts {
	readonly text: string;
	readonly authority: string;
	readonly user: string;
	readonly password: string;
	/** With its port. */
	readonly server: string;
	readonly database: string;
	readonly query: string;
}

/** Slips, the first that fits is told. To a URL's own rules many are another address, where the password would be sent. */
const SLIPS: readonly (readonly [says: string, is: (parts: Parts) => boolean])[] = [
	[`must have two slashes after mysql: ${MYSQL_FORM}`, ({ text }) => !/^\/\/[^/]/.test(text)],
	[`holds a #, and ${ESCAPES}`, ({ text }) => text.includes("#")],
	[
		"names a socket, which is not spoken to from here: name the server's host and port instead",
		({ query }) => new URLSearchParams(query).has("unix_socket")
	],
	[
		`is no address: ${ESCAPES}`,
		({ text, authority, server, database, query }) =>
			/\s/.test(text) ||
			authority.split("@").length > 2 ||
			/[@/:]/.test(database) ||
			/[@/]/.test(query) ||
			!isServer(server)
	],
	[
		`must name a user, a host and a database: ${MYSQL_FORM}`,
		({ user, server, database }) => user === "" || hostOf(server) === "" || database === ""
	]
];

const SERVER = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]*)(?::(\d{1,5}))?$/i;
const isServer = (server: string): boolean =>
	Number(SERVER.exec(server)?.[2] ?? (SERVER.test(server) ? 0 : 1e9)) <= 65_535;
const hostOf = (server: string): string => SERVER.exec(server)?.[1] ?? "";

function partsOf(text: string): Parts {
	const [, authority = "", database = "", query = ""] = /^\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(text) ?? [];
	const [, account = "", server = ""] = /^(?:(.*)@)?(.*)$/s.exec(authority) ?? [];
	const [, user = "", password = ""] = /^([^:]*)(?::(.*))?$/s.exec(account) ?? [];
	return { text, authority, user, password, server, database, query };
}

function mysqlAddress(text: string): Address {
	const parts = partsOf(text);
	const slip = SLIPS.find(([, is]) => is(parts));
	if (slip) throw wrong(slip[0]);
	const { user, password, server, database, query } = parts;
	const unknown = [...new URLSearchParams(query).keys()].filter(name => name !== "charset");
	const named = unknown.map(name => (/^\w{1,30}$/.test(name) ? name : "…")).join(", ");
	if (unknown.length > 0) throw wrong(`has parameters that are not known here: ${named}`);
	return {
		kind: "mysql",
		host: hostOf(server).replace(/^\[|\]$/g, ""),
		port: Number(SERVER.exec(server)?.[2] ?? 3306),
		user: unescaped(user),
		password: unescaped(password),
		database: unescaped(database)
	};
}
