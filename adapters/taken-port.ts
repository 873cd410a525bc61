/**
 * Whether somebody listens at a port, asked from outside: to listen there for a moment oneself lets clients in that try all
 * the time, and cuts them off.
 */

import { connect } from "node:net";

/** What holds a port and is silent for so long, in ms, is found out when we listen. */
const SILENT_MS = 1_000;
const ANY: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

export function isAnswering(host: string, port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect({ host: ANY[host] ?? host, port });
		const end = (answers: boolean): void => {
			socket.destroy();
			resolve(answers);
		};
		// TCP may connect a port to itself, where nobody has it.
		socket.once("connect", () => end(socket.localPort !== port));
		socket.once("error", () => end(false));
		socket.setTimeout(SILENT_MS, () => end(false));
	});
}
