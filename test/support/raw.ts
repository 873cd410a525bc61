/** A client that sends bytes as they are, and reads whatever comes back, answer by answer. */

import { connect } from "node:net";

export interface RawAnswer {
	readonly status: number;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}
export interface Heard {
	/** Without 100 Continue. */
	readonly answers: readonly RawAnswer[];
	/** What came behind them and is no answer. */
	readonly rest: string;
	/** The server ended the connection. */
	readonly closed: boolean;
}

/** A server that has said all that is expected, and nothing more for so long, leaves the connection open, in ms. */
const QUIET_MS = 1_000;
/** One that has not is slow, up to this: a refusal comes with the end of the connection, which nobody has to wait for. */
const SLOW_MS = 60_000;

export interface Conversing {
	/** Between the pieces, in ms. @default 100 */
	readonly pauseMs?: number;
	/** In the last answer of a connection that stays open. @default it is the server who ends it */
	readonly last?: string;
}

/** @param pieces are sent one after the other, each as it is */
export async function converse(
	url: string,
	pieces: readonly string[],
	{ pauseMs = 100, last }: Conversing = {}
): Promise<Heard> {
	const { hostname, port } = new URL(url);
	const socket = connect(Number(port), hostname);
	let heard = "";
	const closed = await new Promise<boolean>(resolve => {
		let quiet = setTimeout(() => resolve(false), SLOW_MS);
		socket.on("data", chunk => {
			heard += chunk.toString("latin1");
			clearTimeout(quiet);
			quiet = setTimeout(() => resolve(false), last !== undefined && heard.includes(last) ? QUIET_MS : SLOW_MS);
		});
		// What is written to a connection that the server has closed is its to refuse.
		socket.on("error", () => undefined);
		socket.on("close", () => {
			clearTimeout(quiet);
			resolve(true);
		});
		for (const [index, piece] of pieces.entries())
			setTimeout(() => socket.writable && socket.write(piece, "latin1"), index * pauseMs);
	});
	socket.destroy();
	return { ...answersOf(heard), closed };
}

function answersOf(text: string): Pick<Heard, "answers" | "rest"> {
	const answers: RawAnswer[] = [];
	let rest = text;
	for (;;) {
		const [whole, code, lines] = /^HTTP\/1\.1 (\d{3})[^\r]*\r\n((?:[^\r]+\r\n)*)\r\n/.exec(rest) ?? [];
		if (whole === undefined) return { answers, rest };
		const status = Number(code);
		const headers = headersOf(lines as string);
		const [body, end] = bodyOf(status, headers, rest.slice(whole.length));
		rest = rest.slice(whole.length + end);
		if (status >= 200) answers.push({ status, headers, body });
	}
}

const headersOf = (lines: string): Record<string, string> =>
	Object.fromEntries(
		[...lines.matchAll(/^([^:\r\n]+): ?(.*)\r$/gm)].map(([, name, value]) => [name?.toLowerCase(), value])
	);

/** The body, and where it ends. */
function bodyOf(status: number, headers: Record<string, string>, text: string): [body: string, end: number] {
	if (status < 200 || status === 204 || status === 304) return ["", 0];
	if (headers["transfer-encoding"] === "chunked") return chunked(text);
	const end = Number(headers["content-length"] ?? text.length);
	return [text.slice(0, end), end];
}

function chunked(text: string): [body: string, end: number] {
	let body = "";
	let at = 0;
	for (;;) {
		const line = text.indexOf("\r\n", at);
		const size = line < 0 ? Number.NaN : Number.parseInt(text.slice(at, line), 16);
		if (Number.isNaN(size)) return [body, text.length];
		body += text.slice(line + 2, line + 2 + size);
		at = line + 2 + size + 2;
		if (size === 0) return [body, at];
	}
}
