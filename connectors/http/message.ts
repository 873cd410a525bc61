/** What goes to a panel and what comes back, before it means anything. */

import type { Term } from "../connector";
export interface Request {
	readonly method: "GET" | "POST" | "PUT" | "DELETE";
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** Asked right before the request goes out, never while it runs (L6). */
	readonly term?: Term | undefined;
}
export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | undefined>>;
	readonly text: string;
}
