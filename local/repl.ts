/** `make repl`: a shell into the cluster of this machine, where one runs; else into what the environment names. */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { environment } from "../environment";
import { FOLDER, ROOT } from "./cluster";
import { joiningVariables } from "./launch";
import { canLook, runningIn } from "./marks";
import { placeAt } from "./place";
import { secretsIn } from "./secrets";
import { readState } from "./state";

/** What the REPL itself takes goes on to it. @returns its exit code */
export function repl(args: readonly string[], folder = FOLDER): Promise<number> {
	const child = spawn(process.execPath, [join(ROOT, "dist", "cli", "banyan.js"), "repl", ...args], {
		stdio: "inherit",
		env: { ...environment(), ...variablesOf(folder) }
	});
	// A terminal tells both of us; it is the child's to decide.
	for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
	process.on("SIGTERM", () => child.kill("SIGTERM"));
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("exit", code => resolve(code ?? 1));
	});
}

/** Nothing where somebody says where to go, or no cluster runs here. */
function variablesOf(folder: string): Readonly<Record<string, string>> {
	const { TRANSPORTER, BANYAN_URL } = environment();
	const place = placeAt(folder);
	const state = readState(place.state);
	if (TRANSPORTER || BANYAN_URL || !state || !canLook() || runningIn(folder).size === 0) return {};
	return joiningVariables({ ...state, place, secrets: secretsIn(place.secrets) });
}
