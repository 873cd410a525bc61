/** What requests and answers are made of, in the OpenAPI document: a media type for each kind that a contract may state. Pure. */

import type { Answer, Body, Live } from "../../contracts/contract";
import { type Json, type JsonValue, listIn, tableIn } from "../../contracts/json";

/** A schema, and an example of it. */
interface Media {
	readonly schema: Json;
	readonly example?: JsonValue;
}

const exampleOf = (example: JsonValue | undefined): Json => (example === undefined ? {} : { example });

const BYTES: Json = { type: "string", format: "binary" };

/** The definition, or whatever the document is, as it stands in its file. */
const documentOf = ({ example }: Media): Json => ({
	schema: { type: "string", minLength: 1, description: "The definition alone." },
	...exampleOf(tableIn(example).document)
});

/** By kind: the same request by its media types. */
const OF_BODY: Readonly<Record<Body, (media: Media) => Readonly<Record<string, Json>>>> = {
	json: media => ({ "application/json": { ...media } }),
	document: media => ({ "application/json": { ...media }, "application/yaml": documentOf(media) }),
	multipart: media => ({ "multipart/form-data": { ...media } }),
	raw: () => ({ "*/*": { schema: BYTES } })
};

/** A request's body, by media type. */
export const bodiesOf = (kind: Body, media: Media): Json => OF_BODY[kind](media);

const linesIn = (example: JsonValue | undefined): JsonValue[] => listIn(tableIn(example).lines);

interface Answered {
	readonly answers: readonly Answer[];
	readonly live: Live | null;
}

const liveSays = ({ line, state }: Live): string =>
	`Events \`${line}\` with a line each${state === undefined ? "" : `, then \`${lastOf(state)}\` with what \`${state}\` answers`}; it goes on until it is closed.`;

const lastOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

const eventOf =
	(name: string) =>
	(line: JsonValue): string =>
		`id: ${tableIn(line).id}\nevent: ${name}\ndata: ${JSON.stringify(line)}\n\n`;

/** By kind: its media type, and how the answer looks in it. */
const OF_ANSWER: Readonly<Record<Answer, (media: Media, answered: Answered) => Readonly<Record<string, Json>>>> = {
	json: media => ({ "application/json": { ...media } }),
	ndjson: ({ example }) => ({
		"application/x-ndjson": {
			schema: { type: "string", description: "All lines, one JSON a line." },
			example: linesIn(example)
				.map(line => `${JSON.stringify(line)}\n`)
				.join("")
		}
	}),
	sse: ({ example }, { live }) => ({
		"text/event-stream": {
			schema: { type: "string", ...(live && { description: liveSays(live) }) },
			example: linesIn(example)
				.map(eventOf(live?.line ?? "message"))
				.join("")
		}
	}),
	raw: ({ example }) => ({ "*/*": { schema: {}, ...exampleOf(example) } })
};

/** An answer, by media type. */
export const answersOf = (answered: Answered, media: Media): Json =>
	Object.assign({}, ...answered.answers.map(kind => OF_ANSWER[kind](media, answered)));
