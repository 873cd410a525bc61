/** The certificates of a cluster on this machine, made by the script that an operator makes theirs with. */

import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OPERATOR } from "../domain/platform/nats-permissions";
import { environment } from "../environment";
import type { Place } from "./place";
import { GROUPS } from "./shape";

/** Of the NATS servers; and of whoever looks after them. */
export const NATS = "nats";
export const SYSTEM = "system";
/** A certificate each. */
export const NAMES = [NATS, SYSTEM, OPERATOR, ...Object.keys(GROUPS)];

const HOSTS = ["localhost", "127.0.0.1"];
/** One that ends sooner is renewed at the next start, in ms. */
const RENEWED_MS = 30 * 86_400_000;

/** Makes what is not there, and renews what ends soon. @param root of this tree @throws where openssl is not there */
export function certify(root: string, { certificates: folder, certificate }: Place): void {
	const run = (...args: readonly string[]): void => {
		const env = { ...environment(), CERTIFICATES: folder };
		execFileSync(join(root, "scripts", "certificates"), args, { env, stdio: ["ignore", "ignore", "inherit"] });
	};
	if (!existsSync(certificate(NATS).ca)) run("authority");
	const missing = NAMES.filter(name => !existsSync(certificate(name).cert));
	if (missing.length > 0) run("issue", missing.join(","), ...HOSTS);
	const ending = NAMES.filter(name => leftMs(certificate(name).cert) < RENEWED_MS);
	if (ending.length > 0) run("renew", ending.join(","));
}

const leftMs = (file: string): number => new X509Certificate(readFileSync(file)).validToDate.getTime() - Date.now();
