/** The data folder: made where it can be, and where it cannot be used, why and what to do. */

import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { codeOf } from "../domain/unknown";

export class FolderUnusable extends Error {
	override readonly name = "FolderUnusable";
	readonly type = "STORE_FAILED";
	constructor(dir: string, why: string) {
		super(`The data folder '${dir}' cannot be used: ${why}.`);
		// Whoever starts a node reads it: where it was thrown is nothing to them.
		this.stack = "";
	}
}

const WHY: Readonly<Record<string, string>> = {
	EACCES: "this process may not read and write there; run it as the folder's owner, or set DATA_DIR to another folder",
	EPERM: "this process may not read and write there; run it as the folder's owner, or set DATA_DIR to another folder",
	EROFS: "the file system is read-only; mount it writable, or set DATA_DIR to a folder on another one",
	ENOSPC: "the disk is full; make room, then start again",
	EDQUOT: "the quota is used up; make room, then start again",
	ENOTDIR: "it is a file, or lies under one; set DATA_DIR to a folder",
	EEXIST: "it is a file, or lies under one; set DATA_DIR to a folder",
	ELOOP: "its path leads in a circle; set DATA_DIR to another folder",
	ENAMETOOLONG: "its path is too long; set DATA_DIR to another folder"
};

const unusable = (dir: string, error: unknown): FolderUnusable => {
	const code = codeOf(error);
	return new FolderUnusable(dir, WHY[code ?? ""] ?? `it cannot be made (${code}); set DATA_DIR to another folder`);
};

/** Makes the folder if need be, for its owner alone. @throws FolderUnusable unless this process can write there */
export function makeFolder(dir: string): void {
	const path = resolve(dir);
	try {
		// One after the other: Node's own recursion never ends where a parent cannot be made, as under /proc.
		for (const each of missing(path)) mkdirSync(each, { mode: 0o700 });
		if (!statSync(path).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
		accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
	} catch (error) {
		// Another process was as quick.
		if (codeOf(error) === "EEXIST" && isFolder(path)) return;
		throw unusable(path, error);
	}
}

/** False when there is none. @throws FolderUnusable where it cannot be told, or what is there is no folder to read */
export function folderToRead(dir: string): boolean {
	const path = resolve(dir);
	try {
		if (!statSync(path).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
		accessSync(path, constants.R_OK | constants.X_OK);
		return true;
	} catch (error) {
		if (codeOf(error) === "ENOENT") return false;
		throw unusable(path, error);
	}
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** The folders above that are not there, and the folder itself, outermost first. */
function missing(path: string): string[] {
	if (existsSync(path) || path === dirname(path)) return [];
	return [...missing(dirname(path)), path];
}
