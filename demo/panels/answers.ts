/** What a panel says: answers, and the refusals with the words of FastAPI. */
import { type Json, writeJson } from "./json";

export interface Answer {
	readonly status: number;
	readonly type: string;
	readonly body: string;
	readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is no success: `{"detail": …}` with the status. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		readonly detail: Json,
		readonly headers: Readonly<Record<string, string>> = {}
	) {
		super(`${status}`);
	}
}

export const json = (value: Json, status = 200, headers: Readonly<Record<string, string>> = {}): Answer => ({
	status,
	type: "application/json",
	body: writeJson(value),
	headers
});

export const text = (body: string, type = "text/plain; charset=utf-8", status = 200): Answer => ({
	status,
	type,
	body
});

export const failed: Answer = text("Internal Server Error", "text/plain; charset=utf-8", 500);

export const refused = (refusal: Refusal): Answer => json({ detail: refusal.detail }, refusal.status, refusal.headers);

export const unauthorized = (detail: string): Refusal => new Refusal(401, detail, { "www-authenticate": "Bearer" });
export const notFound = (detail = "Not Found"): Refusal => new Refusal(404, detail);
export const forbidden = (detail = "You're not allowed"): Refusal => new Refusal(403, detail);
export const invalid = (detail: Record<string, string>): Refusal => new Refusal(422, detail);
