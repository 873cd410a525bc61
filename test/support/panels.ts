/** A client for the sample panels: one connection a call, nothing followed, integers exact. */
import { type Agent, request } from "node:http";
import { type Body, isBody, type Json, parseJson, writeJson } from "../../demo/panels/json";
import type { Panel } from "../../demo/panels/panel";

export interface Reply {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly text: string;
	/** The JSON of a JSON answer; else its text. */
	readonly body: Json;
}

export interface Sending {
	readonly method?: string;
	readonly token?: string | undefined;
	readonly json?: Json | undefined;
	/** Sent as it is. */
	readonly raw?: { readonly type: string; readonly text: string } | undefined;
	readonly headers?: Readonly<Record<string, string>>;
	/** @default a new connection a call */
	readonly agent?: Agent | false;
}

function headersOf({ token, json, raw, headers }: Sending): Record<string, string> {
	const type = raw?.type ?? (json === undefined ? undefined : "application/json");
	return {
		...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
		...(type === undefined ? {} : { "content-type": type }),
		...headers
	};
}

export function ask(panel: Panel, path: string, sending: Sending = {}): Promise<Reply> {
	const { method = "GET", json, raw, agent = false } = sending;
	const { promise, resolve, reject } = Promise.withResolvers<Reply>();
	const sent = request(`${panel.url}${path}`, { method, agent, headers: headersOf(sending) }, response => {
		const chunks: Buffer[] = [];
		response.on("data", (chunk: Buffer) => chunks.push(chunk));
		response.on("error", reject);
		response.on("end", () => {
			const text = Buffer.concat(chunks).toString("utf8");
			const body = response.headers["content-type"] === "application/json" ? parseJson(text) : text;
			resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body });
		});
	});
	sent.on("error", reject);
	sent.end(raw?.text ?? (json === undefined ? undefined : writeJson(json)));
	return promise;
}

export const form = (fields: Readonly<Record<string, string>>): NonNullable<Sending["raw"]> => ({
	type: "application/x-www-form-urlencoded",
	text: new URLSearchParams(fields).toString()
});

export async function logIn(panel: Panel, username = "admin", password = "admin123"): Promise<string> {
	const path = panel.panel === "marzban" ? "/api/admin/token" : "/api/admins/token";
	const { body } = await ask(panel, path, { method: "POST", raw: form({ username, password }) });
	if (isBody(body) && typeof body.access_token === "string") return body.access_token;
	throw new Error(`no token for ${username}`);
}

/** A body or an item of one, as an object. */
export function object(value: Json | undefined): Body {
	if (isBody(value)) return value;
	throw new Error("no object");
}

export const objects = (value: Json | undefined): Body[] => (Array.isArray(value) ? value.map(object) : []);
