/** A connection to a server that counts what comes, and cuts it off where that is more than is taken. */

import type { Socket } from "node:net";
import { errorOf } from "../../domain/unknown";

export interface Meter {
	readonly socket: Socket;
	/** More came than is taken. */
	readonly isOver: boolean;
	/** For the next answer. */
	reset(): void;
}

/** @param most bytes of an answer */
export function openMeter(socket: Socket, most: number): Meter {
	let [bytes, isOver] = [0, false];
	const on = socket.on.bind(socket);
	const read =
		(listener: (data: Buffer) => void) =>
		(data: Buffer): void => {
			bytes += data.length;
			isOver ||= bytes > most;
			if (isOver) return void socket.destroy(new Error("More came than is taken."));
			try {
				listener(data);
			} catch (error) {
				// The driver throws out of its reading where no server would have said that: nobody else would catch it.
				socket.destroy(errorOf(error));
			}
		};
	socket.on = ((event: string, listener: (data: Buffer) => void) =>
		on(event, event === "data" ? read(listener) : listener)) as typeof socket.on;
	return {
		socket,
		get isOver() {
			return isOver;
		},
		reset: () => {
			bytes = 0;
		}
	};
}
