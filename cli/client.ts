/** What a command speaks to: a node in this process, or one that is far. */

import type { Actions } from "../contracts/cluster";
import type { InputOf, ResultOf } from "../contracts/contract";
import type { LogLine } from "../contracts/migration/migration";
import type { Vocabulary } from "../domain/migration/vocabulary";

export interface Client {
	/** The address of the server that does the work, and goes on with it without us; null where this process does it. */
	readonly server: string | null;
	/** What the records there are called, and what codes mean. */
	readonly words: Vocabulary;
	/** Who else holds the data folder that is only read here. */
	readonly holder?: () => string | undefined;
	call<A extends keyof Actions>(action: A, params: InputOf<Actions[A]>): Promise<ResultOf<Actions[A]>>;
	/** What is recorded of a migration behind the line `after`, as it comes, until told to stop. */
	follow(name: string, after: string | null, until: AbortSignal): AsyncIterable<LogLine>;
	close(): Promise<void>;
}

/**
 * What a command needs of the data folder: `read` and `links` leave it to whoever runs on it, `links` asks the source too;
 * `keys`, `events` and `write` hold it.
 */
export type Need = "read" | "links" | "keys" | "events" | "write";
export type Open = (need: Need) => Promise<Client>;
