/** The settings of a process in the files of a deployment, as the program itself reads them. */

import { basename, join } from "node:path";
import { VARIABLES } from "../../cluster/variables";
import { type NodeOptions, readConfig } from "../../moleculer.config";
import type { Deployed } from "./deployed";

/** Of the pod alone: what a name is made of. */
const NOT_SETTINGS = ["POD_NAME"];

/** What is set there and nobody reads. */
export const unknownIn = (variables: Deployed["variables"]): string[] =>
	Object.keys(variables).filter(name => !Object.hasOwn(VARIABLES, name) && !NOT_SETTINGS.includes(name));

/**
 * @param secrets what `scripts/deployment-secrets.ts` made, in the place of what is mounted
 * @param without variables that are left out @throws SettingError
 */
export function configuredAs(one: Deployed, secrets: string, without: readonly string[] = []): NodeOptions {
	const { name: group, variables } = one;
	const here = Object.entries(variables)
		.filter(([name]) => ![...NOT_SETTINGS, ...without].includes(name))
		.map(([name, value]) => [
			name,
			value.startsWith("/run/secrets/") ? fileFor(secrets, group, basename(value)) : value
		]);
	return readConfig(Object.fromEntries(here), { logFile: join(secrets, "log") });
}

/** Each group finds its own under names that are the same for all. */
function fileFor(secrets: string, group: string, name: string): string {
	const own = name.replace(/^(node|tls)\./, `${group}.`).replace(/^identity\./, `identity-${group}.`);
	return join(secrets, ...(/\.(crt|key)$/.test(own) && own !== "cluster.key" ? ["certificates"] : []), own);
}
