/** A node's log as people read it in a terminal; everywhere else it is JSON. */

import { styleText } from "node:util";
import { shown } from "../domain/text/visible";

interface Line {
	readonly level?: string;
	readonly time?: string;
	readonly msg?: string;
	/** The service, for lines of services. */
	readonly svc?: string;
	readonly mod?: string;
	readonly correlationId?: string;
	readonly err?: { readonly message?: string };
}

const ROUTINE = /^Service '[^']*' (started|stopped)\.$/;

const STYLES: Readonly<Record<string, "red" | "yellow" | "dim">> = { error: "red", fatal: "red", warn: "yellow" };

/** One line of JSON in words; null for what Moleculer tells of itself while all is well. */
export function readable(
	json: string,
	paint: (style: "red" | "yellow" | "dim", text: string) => string
): string | null {
	const { level = "info", time = "", msg = "", svc, mod, correlationId, err } = JSON.parse(json) as Line;
	if (level === "info" && (svc === undefined || ROUTINE.test(msg))) return null;
	const clock = paint("dim", shown(time.slice(11, 19)));
	const word = level === "info" ? "" : `${paint(STYLES[level] ?? "dim", shown(level))} `;
	const more = err?.message === undefined || msg.includes(err.message) ? "" : ` ${shown(err.message)}`;
	const request = correlationId === undefined ? "" : ` ${paint("dim", shown(correlationId))}`;
	return `${clock} ${shown(svc ?? mod ?? "").toLowerCase()}: ${word}${shown(msg)}${more}${request}`;
}

/** Where Pino writes to, for a terminal. */
export const terminal = (to: NodeJS.WriteStream) => ({
	write: (json: string): void => {
		const text = readable(json, (style, word) => styleText(style, word, { stream: to }));
		if (text !== null) to.write(`${text}\n`);
	}
});
