/** Which client a command is given: a server that it names, or a node in this process. */

import { maskText } from "../domain/platform/masking";
import { shown } from "../domain/text/visible";
import type { Open } from "./client";
import { CommandError, type Flags, readText, say } from "./command";
import { openRemote, serverAddress, type Waits } from "./remote";
import { duration } from "./text/words";

type Environment = Readonly<Record<string, string | undefined>>;
type Where = Pick<Flags, "url" | "apiKeyFile">;

/** @param embedded opens a node in this process */
export const opener =
	(embedded: Open, environment: () => Environment) =>
	({ url, apiKeyFile }: Where): Open =>
	async need => {
		const { BANYAN_URL, BANYAN_API_KEY } = environment();
		const text = url ?? BANYAN_URL ?? "";
		if (text !== "") {
			const address = serverAddress(text);
			return openRemote({ address, key: keyOf(address, apiKeyFile, BANYAN_API_KEY) }, tellWait());
		}
		if (apiKeyFile !== undefined)
			throw new CommandError("--api-key-file is for a server: name that by --url, or in BANYAN_URL.");
		return embedded(need);
	};

/** Shorter than this nobody wonders, in ms. */
const WORTH_TELLING = 1000;

/** Why it waits, and for how long; the same reason is said once. */
function tellWait(): Waits {
	let last = "";
	return (why, ms) => {
		if (ms < WORTH_TELLING || why === last) return;
		last = why;
		say(`banyan: ${shown(maskText(why))} Asked again in ${duration(ms / 1000)}.`);
	};
}

/** Never from the command line itself: whoever lists processes would read it. */
function keyOf(address: string, file: string | undefined, set: string | undefined): string {
	const key = (file === undefined ? (set ?? "") : readText(file)).trim();
	if (key === "" && file === undefined)
		throw new CommandError(
			`${address} asks for an API key: set BANYAN_API_KEY, or name the key's file by --api-key-file. The first one is in the server's data folder, in api-key.`
		);
	if (!/^[\x21-\x7e]{1,200}$/.test(key))
		throw new CommandError(
			`${file === undefined ? "BANYAN_API_KEY" : `The file '${file}'`} holds no API key: it is one word, beginning with bny_.`
		);
	return key;
}
