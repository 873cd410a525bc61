/** Server-sent events out of the bytes of an answer (WHATWG HTML §9.2.6). */

export interface ServerEvent {
	/** The last one that was said, as the standard has it. */
	readonly id: string | null;
	readonly event: string;
	readonly data: string;
}

/** The most characters of one event: whoever sends more is no server of ours. */
const MOST = 2 ** 22;
/** What a line takes beside its characters. */
const ROOM = 64;

/** No server of ours says so much at once. */
export class EndlessEvent extends Error {
	override readonly name = "EndlessEvent";
	override readonly message = "A server-sent event is too long.";
}

export async function* eventsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
	let id: string | null = null;
	for await (const fields of blocksOf(bytes)) {
		const said = fields.findLast(([name, value]) => name === "id" && !value.includes("\0"));
		id = said?.[1] ?? id;
		const data = fields.filter(([name]) => name === "data").map(([, value]) => value);
		const event = fields.findLast(([name]) => name === "event")?.[1] || "message";
		if (data.length > 0) yield { id, event, data: data.join("\n") };
	}
}

type Field = readonly [name: string, value: string];

/** Fields up to each empty line; what is cut off behind the last one is no event. */
async function* blocksOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Field[]> {
	let fields: Field[] = [];
	let length = 0;
	for await (const line of linesOf(bytes)) {
		if (line === "") {
			yield fields;
			[fields, length] = [[], 0];
			continue;
		}
		// A comment is no part of it; a line takes room however short it is.
		length += line.startsWith(":") ? 0 : line.length + ROOM;
		if (length > MOST) throw new EndlessEvent();
		if (line.startsWith(":")) continue;
		const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
		fields.push([name, value]);
	}
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	const decoder = new TextDecoder();
	let rest = "";
	for await (const chunk of bytes) {
		rest += decoder.decode(chunk, { stream: true });
		if (rest.length > MOST) throw new EndlessEvent();
		// A carriage return at the end may be the first half of a line's end.
		const lines = rest.split(/\r\n|\n|\r(?!$)/);
		rest = lines.pop() ?? "";
		yield* lines;
	}
}
