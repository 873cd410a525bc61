/** Secrets at rest: sealed anew, with a new key. */

import type { Client } from "../client";
import { type Flags, print, printJson, say } from "../command";
import { EXIT } from "../exit";

/** Ends with 4 while a key before is still needed. */
export async function rekeySecrets(client: Client, { json }: Flags): Promise<number> {
	const done = await client.call("access.rekey", {});
	if (json) printJson(done);
	else
		for (const { service, left, resealed } of done.services) print(`${service}: ${resealed} sealed anew, ${left} left`);
	if (done.left === 0) {
		say("No secret is sealed with a key before any more, and those keys are forgotten.");
		return EXIT.clean;
	}
	say(
		"Some wait for a run to rest, or were written meanwhile: the keys before are kept for them. Give it once more later."
	);
	return EXIT.human;
}
