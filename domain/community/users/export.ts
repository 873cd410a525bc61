/** The document of a person's export, as services answer one after the other. Pure. */

import type { Exported } from "../../../contracts/community/shapes";
import type { JsonValue } from "../../../contracts/json";

/** What a service keeps of them, null: nothing; undefined: it does not answer. */
export type Answer = JsonValue | undefined;
type Part = Exported["services"][number];

export const fresh = (account: string, services: readonly string[], at: Date, until: Date): Exported => ({
	account,
	madeAt: at.toISOString(),
	until: until.toISOString(),
	complete: services.length === 0,
	services: services.map(service => ({ service, state: "waiting", bytes: 0 })),
	kept: {}
});

/** Services that have not answered. */
export const missing = ({ services }: Exported): string[] =>
	services.filter(({ state }) => state === "waiting").map(({ service }) => service);

/** With the answer of one service; where the document would be longer than `most`, that is said in its place. */
export function added(document: Exported, service: string, answer: Answer, most: number): Exported {
	if (answer === undefined) return document;
	const bytes = Buffer.byteLength(JSON.stringify(answer));
	const used = document.services.reduce((sum, { state, bytes: those }) => sum + (state === "answered" ? those : 0), 0);
	const part: Part = { service, state: used + bytes > most ? "too large" : "answered", bytes };
	const services = document.services.map(each => (each.service === service ? part : each));
	return {
		...document,
		services,
		complete: services.every(({ state }) => state !== "waiting"),
		kept: part.state === "answered" && answer !== null ? { ...document.kept, [service]: answer } : document.kept
	};
}
