/** What a definition must keep beyond its schema: what no schema can say of it. Pure. */

import type { Definition } from "../../contracts/migration/definition";
import type { Meanings } from "../meaning";
import { meant } from "../near";
import { own } from "../own";

interface Fault {
	readonly path: readonly (string | number)[];
	readonly message: string;
}

/** Every code of a loss that may be accepted. */
const lossesIn = (meanings: Meanings): string[] =>
	Object.keys(meanings).filter(code => meanings[code]?.kind === "loss");

/** Why this is no code of a loss; undefined where it is one. @param meanings of every code that may be met */
export function unknownLoss(code: string, meanings: Meanings): string | undefined {
	const known = lossesIn(meanings);
	if (known.includes(code)) return undefined;
	const kind = own(meanings, code)?.kind;
	const instead =
		kind === undefined ? "" : ` ('${code}' is no loss: such a record waits for a human whatever is accepted)`;
	const near = kind === undefined ? meant(code, known) : "";
	return `There is no loss '${code}'${instead}.${near} Known are: ${known.sort().join(", ")}.`;
}

/** A stream that is named twice would be walked twice, and a code that nobody knows would accept nothing. */
export function ruleFaults(
	{ streams, accept = [] }: Pick<Definition, "streams" | "accept">,
	meanings: Meanings
): Fault[] {
	const firsts = new Map<string, number>();
	const repeated = streams.flatMap((stream, index) => {
		const first = firsts.get(stream) ?? index;
		firsts.set(stream, first);
		if (first === index) return [];
		const message = `'${stream}' is named twice in streams, first as number ${first + 1}: name each stream once.`;
		return [{ path: ["streams", index], message }];
	});
	const unknown = accept.flatMap((code, index) => {
		const message = unknownLoss(code, meanings);
		return message === undefined ? [] : [{ path: ["accept", index], message }];
	});
	return [...repeated, ...unknown];
}

/**
 * The streams in an order in which each comes after those that it depends on, otherwise as they were named.
 * @param after by stream, those that come before it
 */
export function inOrder(
	streams: readonly string[],
	after: Readonly<Record<string, { readonly after?: readonly string[] }>>
): string[] {
	const ordered = new Set<string>();
	const visit = (stream: string, above: readonly string[]): void => {
		for (const before of after[stream]?.after ?? [])
			if (streams.includes(before) && !above.includes(before)) visit(before, [...above, stream]);
		ordered.add(stream);
	};
	for (const stream of streams) visit(stream, []);
	return [...ordered];
}
