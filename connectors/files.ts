/**
 * Files that a definition names. A server reads them from one folder that its operator names, or none at all: whoever may
 * plan learns nothing of any other, not even whether it is there. Devices and pipes are never opened.
 */

import { realpathSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import type { Connection } from "../contracts/migration/records";
import { ConnectorError } from "./connector";

/** The folder; null: none. `any`: the node is the operator's own command. */
export type Files = { readonly within: string | null } | "any";

const NAMED = ["caFile", "certFile", "keyFile", "file"] as const;

/**
 * The connection with each file by its real path.
 * @throws ConnectorError `refused`, in one sentence for what is elsewhere, not there, or no file
 */
export function withFiles(connection: Connection, files: Files): Connection {
	if (files === "any") return connection;
	const found: Record<string, string> = {};
	for (const option of NAMED) {
		const text = textOf(connection[option]);
		if (text !== "") found[option] = fileWithin(option, [text], files.within);
	}
	const database = textOf(connection.database);
	if (database !== "" && !SERVER.test(database))
		found.database = fileWithin("database", pathsOf(database), files.within);
	return { ...connection, ...found };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value.trim() : "");

/** A database server's address: no file. */
const SERVER = /^(?:mysql|mariadb)(?:\+[a-z0-9_]*)?:/i;

/** What may be meant: many write `sqlite:///` before an absolute path. */
function pathsOf(database: string): string[] {
	const [, rest] = /^sqlite(?:\+[a-z0-9_]*)?:(.*)$/is.exec(database) ?? [];
	if (rest === undefined) return [database];
	const [path = ""] = rest.split("?", 1);
	const named = path.replace(/^\/*/, "");
	const absolute = join("/", named);
	return path.startsWith("////") ? [absolute] : [named, absolute];
}

/** A copy is written to in vain: the panel does not read it. */
const OWN_DATABASE = "set FILES_DIR to the folder where the panel keeps it; never a copy of it, nor a link to it";

function fileWithin(option: string, paths: readonly string[], within: string | null): string {
	if (within === null)
		throw new ConnectorError(
			"refused",
			`Option ${option} names a file, and this server reads none that a definition names: its setting FILES_DIR names a folder for them${option === "database" ? `: ${OWN_DATABASE}` : ""}.`
		);
	const found = paths.map(path => realFile(path, within)).find(path => path !== undefined);
	if (found !== undefined) return found;
	throw new ConnectorError(
		"refused",
		`Option ${option} names no file in the folder that this server reads files from: ${option === "database" ? OWN_DATABASE : "put it there, and name it from there on (FILES_DIR)"}.`
	);
}

/** Outside of the folder nothing is touched, so that not even the time it takes tells what is there. */
function realFile(path: string, within: string): string | undefined {
	try {
		const root = realpathSync(within);
		const named = [within, root]
			.map(folder => resolve(folder, path))
			.find(file => isIn(root, file) || isIn(resolve(within), file));
		if (named === undefined) return undefined;
		const real = realpathSync(named);
		return isIn(root, real) && statSync(real).isFile() ? real : undefined;
	} catch {
		return undefined;
	}
}

const isIn = (folder: string, file: string): boolean => file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
