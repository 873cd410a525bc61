/** The file that `OIDC_PROVIDERS` names, as it is read when a node starts. */

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { SettingError } from "../../../cluster/environment";
import { type Provider, readProviders } from "../../../domain/platform/oidc/providers";
import { codeOf } from "../../../domain/unknown";

const SETTING = "OIDC_PROVIDERS";

/** By their names. @throws SettingError where the file, or anything in it, is not as it must be: each fault is a sentence */
export function providersIn(
	file: string,
	variable: (name: string) => string | undefined
): ReadonlyMap<string, Provider> {
	if (file === "") return new Map();
	const from = { variable, file: (path: string) => readFileSync(resolve(dirname(file), path), "utf8") };
	const read = readProviders(valuesIn(file), from);
	if (!read.ok) throw new SettingError(`${SETTING}='${file}' is not as it must be: ${read.faults.join(" ")}`);
	return new Map(read.providers.map(provider => [provider.name, provider]));
}

function valuesIn(file: string): unknown {
	const document = parseDocument(textIn(file), { prettyErrors: false, uniqueKeys: true });
	const [fault] = document.errors;
	if (!fault) return document.toJS({ maxAliasCount: 0 });
	throw new SettingError(`${SETTING}='${file}' is no YAML or JSON at character ${fault.pos[0] + 1}: ${fault.code}.`);
}

function textIn(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		throw new SettingError(
			`${SETTING}='${file}' cannot be read (${codeOf(error)}): name a file that this node may read.`
		);
	}
}
