/** Requests that were sent, one a line of a file. */

import { readFileSync } from "node:fs";

export interface Sent {
	readonly origin: string;
	readonly method: string;
	readonly path: string;
	readonly body: string | null;
}

export const sentIn = (file: string): Sent[] =>
	readFileSync(file, "utf8")
		.split("\n")
		.map(line => JSON.parse(line) as Sent);
