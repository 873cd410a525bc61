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
	/** Where this process is a node of the cluster that it asks. */
	readonly node?: OwnNode;
}

/** What only a node can. */
export interface OwnNode {
	readonly id: string;
	/** Where nodes meet; null: it meets none. */
	readonly namespace: string | null;
	/** As Moleculer's own REPL reads it. */
	readonly registry: object;
	/** Any action, with whatever it is given; at that node, where one is named. */
	ask(action: string, params: unknown, options: Asking): Promise<unknown>;
	/** The other nodes are lost, or found again: a sentence. */
	onChange(tell: (sentence: string) => void): void;
}

export interface Asking {
	readonly nodeID?: string;
	readonly meta?: object;
	readonly timeout?: number;
}

/**
 * What a command needs of the data folder: `read` and `links` leave it to whoever runs on it, `links` asks the source too;
 * `keys`, `users`, `secrets`, `events`, `flags`, `jobs`, `routes`, `config` and `write` hold it. `cluster` needs no folder, but other nodes;
 * `repl` either of them.
 */
export type Need =
	| "read"
	| "links"
	| "keys"
	| "users"
	| "secrets"
	| "events"
	| "flags"
	| "jobs"
	| "routes"
	| "config"
	| "write"
	| "cluster"
	| "repl";
export type Open = (need: Need) => Promise<Client>;
