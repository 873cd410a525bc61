/** One request, read whole, as the routes see it. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { invalid } from "./answers";
import { type Body, isBody, type Json, parseJson } from "./json";

export interface Call {
	readonly method: string;
	readonly url: URL;
	readonly params: Readonly<Record<string, string | undefined>>;
	readonly query: URLSearchParams;
	readonly headers: IncomingHttpHeaders;
	/** The JSON of the body; undefined when there is none. */
	readonly body: Json | undefined;
	form(): Promise<FormData>;
}

export async function raw(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}

/** Undecodable JSON is told by its position, before anybody asks who is calling. */
export function decoded(bytes: Buffer): Json | undefined {
	if (bytes.length === 0) return undefined;
	try {
		return parseJson(bytes.toString("utf8"));
	} catch (error) {
		const place = /position (\d+)/.exec(error instanceof Error ? error.message : "");
		throw invalid({ [place?.[1] ?? "0"]: "JSON decode error" });
	}
}

export async function formOf(bytes: Buffer, type: string | undefined): Promise<FormData> {
	if (!type || !/^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type)) return new FormData();
	return new Response(new Uint8Array(bytes), { headers: { "content-type": type } }).formData();
}

/** The body as an object, or the words for what it is instead. */
export function objectOf(call: Call): Body {
	if (call.body === undefined) throw invalid({ body: "Field required" });
	if (isBody(call.body)) return call.body;
	throw invalid({ body: "Input should be a valid dictionary or object to extract fields from" });
}
