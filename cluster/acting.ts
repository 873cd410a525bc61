/**
 * Which service is at work, across awaits: what it calls names it as its caller, also where it calls by the broker and no
 * context leads back to it (a run that goes on by itself, a request that came over HTTP).
 */

import { AsyncLocalStorage } from "node:async_hooks";

const acting = new AsyncLocalStorage<string>();

export const actingAs = <T>(service: string, work: () => T): T => acting.run(service, work);
export const actingService = (): string | undefined => acting.getStore();
