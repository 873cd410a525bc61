/** Of a node: what proves who asks, and the callers that its own door let in, or another's word was held good of. */

import type { CallerWord } from "../adapters/caller-word";
import type { Caller } from "./person";

const words = new WeakMap<object, CallerWord>();

export const holdCallerWord = (broker: object, word: CallerWord): unknown => words.set(broker, word);
/** None on a node that meets no others. */
export const callerWordOf = (broker: object): CallerWord | undefined => words.get(broker);

/** `here`: by this process's door, which signs for them; `there`: another's word is good. */
type Where = "here" | "there";
/** By the object itself: whoever makes another one of the same words was not let in. */
const letInto = new WeakMap<object, WeakMap<Caller, Where>>();

const callersOf = (broker: object): WeakMap<Caller, Where> => {
	const known = letInto.get(broker) ?? new WeakMap<Caller, Where>();
	letInto.set(broker, known);
	return known;
};

/** Whoever asks was let in. */
export function letIn(broker: object, caller: Caller, where: Where = "here"): void {
	callersOf(broker).set(caller, where);
}
export const isLetIn = (broker: object, caller: Caller): Where | undefined => callersOf(broker).get(caller);
