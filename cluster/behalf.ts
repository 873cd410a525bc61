/** On whose behalf the present work is done, across awaits: for what is announced and kept with it. It opens nothing. */

import { AsyncLocalStorage } from "node:async_hooks";
import type { Behalf } from "../contracts/people";
import type { Meta } from ".";

const behalfs = new AsyncLocalStorage<Behalf | undefined>();

/** Of whoever caused it from outside; undefined: the cluster itself, or an operator. */
export const behalfNow = (): Behalf | undefined => behalfs.getStore();

export const onBehalf = <T>(behalf: Behalf | undefined, work: () => T): T =>
	behalf === undefined || behalf.id === behalfNow()?.id ? work() : behalfs.run(behalf, work);

/** What is told begins anew: whoever happens to have it delivered did not cause it. */
export const toldOnBehalf = <T>(behalf: Behalf | undefined, work: () => T): T => behalfs.run(behalf, work);

/** As a call says it. */
export function behalfIn({ caller, behalf }: Pick<Meta, "caller" | "behalf">): Behalf | undefined {
	return caller ? behalfOf(caller.id) : behalf;
}

/** @param id of whoever asked, as callers have it */
export const behalfOf = (id: string): Behalf => ({ id, kind: id.startsWith("person:") ? "person" : "key" });
