/** Certificates for the tests, as `scripts/certificates` makes them for operators. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";

const SCRIPT = join(__dirname, "..", "..", "scripts", "certificates");

export interface Made {
	readonly ca: string;
	readonly cert: string;
	readonly key: string;
}

export const madeAt = (folder: string, name: string): Made => ({
	ca: join(folder, "ca.crt"),
	cert: join(folder, `${name}.crt`),
	key: join(folder, `${name}.key`)
});

/** @param days how long what is made is good @throws with what it said */
export function certificates(folder: string, args: readonly string[], days = 2): string {
	const { PATH } = process.env;
	return execFileSync(SCRIPT, args, {
		env: { PATH, CERTIFICATES: folder, DAYS: String(days) },
		encoding: "utf8",
		stdio: ["ignore", "pipe", "pipe"]
	});
}

/** An authority, and what it signs for this machine. */
export function newAuthority(folder: string, ...names: readonly string[]): void {
	certificates(folder, ["authority"]);
	if (names.length > 0) certificates(folder, ["issue", names.join(","), "localhost", "127.0.0.1"]);
}
