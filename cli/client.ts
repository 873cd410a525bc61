/** What a command speaks to: a node in this process, or one that is far. */

import type { Actions } from "../contracts";
import type { ActionSpec, ResultOf } from "../contracts/contract";
import type { Input } from "../contracts/schema";

type InputOf<S> = S extends ActionSpec<infer P, unknown> ? Input<P> : never;

export interface Client {
	call<A extends keyof Actions>(action: A, params: InputOf<Actions[A]>): Promise<ResultOf<Actions[A]>>;
	close(): Promise<void>;
}

/** Opens a client; `read` leaves the data folder to whoever runs on it. */
export type Open = (access: "read" | "write") => Promise<Client>;
