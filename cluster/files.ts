/** Files and folders that settings name. */

import { accessSync, constants, statSync } from "node:fs";
import { codeOf } from "../domain/unknown";
import { type Environment, SettingError } from "./environment";
import { type FileSetting, read } from "./variables";

/** A file that a setting names. @throws SettingError where it cannot be read, needed or not */
export function fileIn(environment: Environment, name: FileSetting): string | null {
	const file = read(environment, name);
	if (file === null) return null;
	try {
		accessSync(file, constants.R_OK);
	} catch (error) {
		throw new SettingError(`${name}='${file}' cannot be read (${codeOf(error)}): name a file that this node may read.`);
	}
	if (!isFolder(file)) return file;
	throw new SettingError(`${name}='${file}' is a folder: name the file in it.`);
}

export function isFolder(path: string): boolean {
	try {
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
}
