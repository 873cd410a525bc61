/**
 * Passwords that were found in breaches (ASVS 6.2.12), in the form of Have I Been Pwned: SHA-1 digests under the first five of their digits.
 * Where a server is asked, those five are all that leaves this process (k-anonymity), and the answer is padded, so that its length says
 * nothing either. In a folder there is a file a range, `21BD1` or `21BD1.txt`, as the published downloader writes them.
 */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../../domain/unknown";

/** @throws where it cannot be told */
export type Breached = (password: string) => Promise<boolean>;

/** Of a server: a range has some 100 KiB, padded. */
const MOST_BYTES = 2 ** 20;
const TIMEOUT_MS = 2_000;

/** @param place an address of a range API, or a folder of ranges */
export function breachedIn(place: string): Breached {
	const range = /^https?:\/\//.test(place) ? rangeOf(place) : rangeIn(place);
	return async password => {
		const digest = createHash("sha1").update(password).digest("hex").toUpperCase();
		return counts(await range(digest.slice(0, 5)), digest.slice(5));
	};
}

/** `<suffix>:<how often>` a line; none at all is padding. */
function counts(range: string, suffix: string): boolean {
	const line = new RegExp(`^${suffix}:(\\d+)\\s*$`, "im").exec(range);
	return line !== null && Number(line[1]) > 0;
}

const rangeOf =
	(address: string) =>
	async (prefix: string): Promise<string> => {
		const answer = await fetch(`${address.replace(/\/$/, "")}/${prefix}`, {
			headers: { "Add-Padding": "true", "User-Agent": "banyan" },
			redirect: "error",
			signal: AbortSignal.timeout(TIMEOUT_MS)
		});
		if (!answer.ok) throw new Error(`The list of breached passwords answered ${answer.status}.`);
		return bounded(answer);
	};

async function bounded({ body }: Response): Promise<string> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of body ?? []) {
		bytes += chunk.length;
		if (bytes > MOST_BYTES) throw new Error(`The list of breached passwords answered over ${MOST_BYTES} bytes.`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("latin1");
}

const rangeIn =
	(folder: string) =>
	async (prefix: string): Promise<string> => {
		try {
			return await readFile(join(folder, prefix), "latin1");
		} catch (error) {
			if (codeOf(error) !== "ENOENT") throw error;
			return readFile(join(folder, `${prefix}.txt`), "latin1");
		}
	};

/** So long nobody is asked who could not tell, in ms: whoever registers meanwhile does not wait for it. */
const REST_MS = 10_000;

/** Where it cannot be told the password is taken: that a list is away keeps nobody out. @param untold is told each time, of no password */
export function failingOpen(breached: Breached, untold: (error: unknown) => void): Breached {
	let restsUntil = 0;
	let last: unknown;
	return async password => {
		try {
			if (performance.now() < restsUntil) throw last;
			return await breached(password);
		} catch (error) {
			if (error !== last) restsUntil = performance.now() + REST_MS;
			last = error;
			untold(error);
			return false;
		}
	};
}
