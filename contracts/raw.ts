/** Requests that an action answers as they are (`raw` in a contract), and its answers: HTTP, without a server. */

import { type Output, shape } from "./schema";

/** A request that was let in. */
export const RAW_REQUEST = {
	method: "string",
	/** Path and query, as they were sent. */
	target: "string",
	/** By their names in lower case; nobody's credentials. */
	headers: { type: "record", value: "string" },
	/** The client's address, behind the proxies we trust. */
	client: "string",
	/** How they came, and what they called us. */
	scheme: "string",
	host: "string"
} as const;
export type RawRequest = Output<typeof RAW_REQUEST>;

export interface RawAnswer {
	readonly status: number;
	/** In the order in which they are to be sent. */
	readonly headers: Readonly<Record<string, string>>;
	/** Bytes, or as they come; a few from another node in base64. */
	readonly body: Uint8Array | AsyncIterable<Uint8Array> | string;
}

/** The same as a rule: within a process a body may be bytes, or a stream of them. */
export const RAW_ANSWER = shape("RawAnswer", {
	status: "number",
	headers: { type: "record", value: "string" },
	body: "any"
});
