/** An example of a call, checked by the compiler against the contract. */

import type { Actions } from "../../../contracts";
import type { ActionSpec, ResultOf } from "../../../contracts/contract";
import type { Input } from "../../../contracts/schema";

type ExampleOf<S> =
	S extends ActionSpec<infer P, unknown> ? { readonly params: Input<P>; readonly answer: ResultOf<S> } : never;

/** By action. */
export type Examples = { readonly [A in keyof Actions]?: ExampleOf<Actions[A]> };
