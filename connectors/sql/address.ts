/** How a database is named: as a path, or as SQLAlchemy spells it in a panel's own settings. */

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

const MYSQL = /^(?:mysql|mariadb)(?:\+[a-z0-9_]+)?:\/\//i;
const SQLITE = /^sqlite(?:\+[a-z0-9_]+)?:\/\//i;

/** Never says the text back: it may hold a password. */
const wrong = (what: string) => new ConnectorError("refused", `Option database ${what}.`);

export function addressOf(text: string): Address {
	const trimmed = text.trim();
	if (MYSQL.test(trimmed)) return mysqlAddress(trimmed.replace(MYSQL, "mysql://"));
	if (SQLITE.test(trimmed)) return { kind: "sqlite", file: sqliteFile(trimmed.replace(SQLITE, "")) };
	if (/^[a-z0-9+_]{2,}:\/\//i.test(trimmed))
		throw wrong("must be a path, sqlite:///path or mysql://user:password@host/name");
	return { kind: "sqlite", file: resolve(trimmed) };
}

/** Four slashes are an absolute path, three a relative one; many write three and mean an absolute one. */
function sqliteFile(rest: string): string {
	const [path = ""] = rest.split("?");
	const named = path.replace(/^\//, "");
	if (named === "" || !path.startsWith("/")) throw wrong("must name a file after sqlite:///");
	return existsSync(resolve(named)) ? resolve(named) : resolve("/", named);
}

const unescaped = (text: string): string => {
	try {
		return decodeURIComponent(text);
	} catch {
		throw wrong("holds a % that is no escape: write %25");
	}
};

function mysqlAddress(text: string): Address {
	if (!URL.canParse(text)) throw wrong("is no address: a password in it may need %-escapes");
	const url = new URL(text);
	const database = unescaped(url.pathname.slice(1));
	if (url.hostname === "" || database === "" || url.username === "")
		throw wrong("must name a user, a host and a database");
	const unknown = [...url.searchParams.keys()].filter(name => name !== "charset");
	if (unknown.length > 0) throw wrong(`has parameters that are not known here: ${unknown.join(", ")}`);
	return {
		kind: "mysql",
		host: url.hostname.replace(/^\[|\]$/g, ""),
		port: Number(url.port || 3306),
		user: unescaped(url.username),
		password: unescaped(url.password),
		database
	};
}
