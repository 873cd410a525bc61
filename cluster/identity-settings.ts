/** Who a node is to others, and whose word counts for it, read from the environment. */

import {
	authoritiesIn,
	type IdentityFiles,
	IdentityUnusable,
	identityIn as identityOf
} from "../adapters/identity/files";
import type { identified as middleware } from "../middlewares/identified.middleware";
import { type Environment, SettingError } from "./environment";
import { fileIn } from "./files";
import { read } from "./variables";

/** What proves who this node is, and asks it of others; undefined where nodes are not told apart. @throws SettingError */
export function identifiedIn(environment: Environment): ReturnType<typeof middleware> | undefined {
	const settings = settingsIn(environment);
	if (!settings) return undefined;
	const { identified }: { readonly identified: typeof middleware } = require("../middlewares/identified.middleware");
	return identified(settings);
}

function settingsIn(environment: Environment): Parameters<typeof middleware>[0] | undefined {
	const mode = read(environment, "NODE_IDENTITY");
	const identity = fileIn(environment, "NODE_IDENTITY_FILE");
	const authorities = fileIn(environment, "NODE_AUTHORITIES_FILE");
	if (mode === "off") {
		if (identity === null && authorities === null) return undefined;
		throw new SettingError(
			"NODE_IDENTITY_FILE or NODE_AUTHORITIES_FILE is set and NODE_IDENTITY is off: set it to accept while nodes get their identities, then to require; or take the files away."
		);
	}
	if (identity === null || authorities === null)
		throw new SettingError(
			`NODE_IDENTITY=${mode} needs NODE_IDENTITY_FILE, what this node is, and NODE_AUTHORITIES_FILE, whose word counts: \`banyan identity --help\` says how to make them.`
		);
	return { mode, files: whole({ identity, authorities }) };
}

/** @throws SettingError where one of them cannot be used */
function whole(files: IdentityFiles): IdentityFiles {
	try {
		identityOf(files.identity);
		authoritiesIn(files.authorities);
		return files;
	} catch (error) {
		if (!(error instanceof IdentityUnusable)) throw error;
		throw new SettingError(error.message);
	}
}
