/** The beginning and the end of a server's listening. */

import { createServer, type Server } from "node:http";
import { Server as NetServer } from "node:net";
import { Server as TlsServer } from "node:tls";
import { closeIdle, networkRead } from "../../../adapters/idle-connections";
import { isAnswering } from "../../../adapters/taken-port";

export interface Place {
	readonly host: string;
	/** 0 chooses a free one. */
	readonly port: number;
	/** What its settings begin with. @default GATEWAY */
	readonly setting?: string;
}

/** While it drains, each answer tells its client to use that connection no more; for so long idle ones are waited for. */
const DRAIN_MS = 500;
/** And where others go on meanwhile: the next request on an idle one may be on its way, and may be done by nobody twice. */
const DRAIN_AMONG_OTHERS_MS = 2_000;

/** Answers its address. */
export function listen(server: Server, { host, port, setting = "GATEWAY" }: Place): Promise<string> {
	return new Promise((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) => reject(listenFault(error, host, port, setting)));
		server.listen(port, host, () => {
			const address = server.address();
			if (address === null || typeof address === "string") return reject(new Error("It listens on no port."));
			const scheme = server instanceof TlsServer ? "https" : "http";
			resolve(`${scheme}://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`);
		});
	});
}

/**
 * Looks whether a server could listen there, before anything is made for it. Nothing listens at the port itself for it: clients
 * of a node that starts again try all the time, and one that came in for that moment would be cut off. @throws as `listen`
 */
export async function checkFree(place: Place): Promise<void> {
	if (place.port === 0) return;
	const { host, port, setting = "GATEWAY" } = place;
	if (await isAnswering(host, port))
		throw listenFault({ code: "EADDRINUSE" } as NodeJS.ErrnoException, host, port, setting);
	const probe = createServer();
	await listen(probe, { ...place, port: 0 });
	await new Promise(resolve => probe.close(resolve));
}

function listenFault({ code }: NodeJS.ErrnoException, host: string, port: number, setting: string): Error {
	const error = new Error(
		code === "EADDRINUSE"
			? `Port ${port} on ${host} is taken: stop what holds it, or set ${setting}_PORT to another one.`
			: `The gateway cannot listen on ${host}:${port} (${code}): see ${setting}_HOST and ${setting}_PORT.`
	);
	// The runner prints it to whoever starts the node: where it was thrown is nothing to them.
	error.stack = "";
	return error;
}

export interface Closing {
	readonly graceMs: number;
	/** Nobody else answers meanwhile. */
	readonly isAlone: boolean;
	/** Nobody comes in any more. */
	shut(): void;
}

/** Lets in nothing new, lets what is under way end for at most `graceMs`. */
export async function closed(server: Server, { graceMs, isAlone, shut }: Closing): Promise<void> {
	if (!server.listening) return;
	// Those that the kernel took for this process already are answered.
	await networkRead();
	// No new connections from now on: they are refused, not cut off. HTTP's own `close` would cut off the idle ones, too, among
	// them those whose next request is on its way.
	const ended = new Promise<void>(resolve => {
		NetServer.prototype.close.call(server, () => resolve());
	});
	shut();
	const idle = setInterval(() => void closeIdle(server), isAlone ? DRAIN_MS : DRAIN_AMONG_OTHERS_MS);
	const impatient = setTimeout(() => server.closeAllConnections(), graceMs);
	await ended;
	clearInterval(idle);
	clearTimeout(impatient);
}
