/**
 * Connections that nobody uses, closed without a request that is on its way. A process that stood still for a moment runs its
 * timers before it reads its sockets: a connection that looks idle then may have its next request in the kernel already, and
 * would be reset on it. So whoever closes them lets the event loop look at the network once before.
 * https://nodejs.org/learn/asynchronous-work/event-loop-timers-and-nexttick: timers, poll, check (`setImmediate`).
 */

import type { Server } from "node:http";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";

/** After all that the kernel had for this process when it was called was accepted and read. */
export async function networkRead(): Promise<void> {
	// To the phase of timers, wherever this is called from; and from there through one whole poll.
	await sleep(0);
	await turn();
}

export async function closeIdle(server: Pick<Server, "closeIdleConnections">): Promise<void> {
	await networkRead();
	server.closeIdleConnections();
}
