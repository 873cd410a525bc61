/** Media types beside JSON, in the OpenAPI document: answers that are streamed, and a definition as it stands in its file. Pure. */

import type { Json, JsonValue } from "../../contracts/json";

interface Stream {
	readonly type: string;
	readonly says: string;
	/** How one line of the answer looks in the stream. */
	line(line: JsonValue): string;
}
const NDJSON: Stream = {
	type: "application/x-ndjson",
	says: "All lines, one JSON a line.",
	line: line => `${JSON.stringify(line)}\n`
};
/** What is streamed to those who accept it. */
const STREAMS: Readonly<Record<string, Stream>> = {
	"migration.log": {
		type: "text/event-stream",
		says: "Events `log` with a line each, then `status` with where the migration stands; it goes on until it is closed.",
		line: line => `id: ${(line as Json).id}\nevent: log\ndata: ${JSON.stringify(line)}\n\n`
	},
	"migration.report": NDJSON,
	"migration.diff": NDJSON,
	"migration.links": NDJSON
};

/** The same answer as a stream, by media type. */
export function streamOf(action: string, example: JsonValue | undefined): Json {
	const stream = Object.hasOwn(STREAMS, action) ? STREAMS[action] : undefined;
	if (!stream) return {};
	const lines = ((example as Json | undefined)?.lines ?? []) as JsonValue[];
	const schema = { type: "string", description: stream.says };
	return { [stream.type]: { schema, example: lines.map(stream.line).join("") } };
}

/** Actions that take a definition by itself, as the operator wrote it. */
const TAKE_DOCUMENT: ReadonlySet<string> = new Set(["migration.plan", "migration.dryRun"]);

/** The same request as a file, by media type. */
export function fileOf(action: string, example: Json | undefined): Json {
	if (!TAKE_DOCUMENT.has(action)) return {};
	const schema = { type: "string", minLength: 1, description: "The definition alone." };
	return { "application/yaml": { schema, ...(example?.document !== undefined && { example: example.document }) } };
}
