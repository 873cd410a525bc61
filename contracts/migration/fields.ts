/** Fields that several actions of a migration take, and what a key may hold for them. */

export const name = "string|min:1|max:100";
export const reason = { type: "string", max: 1000, default: "", summary: "Why, for the record of the run." } as const;
export const after = {
	type: "string",
	max: 2048,
	nullable: true,
	optional: true,
	summary: "Where to read on, as an answer gave it."
} as const;
export const page = { name, stream: "string|min:1|max:100", after } as const;
export const hash = {
	type: "string",
	pattern: "^[0-9a-f]{64}$",
	optional: true,
	summary: "Of the definition that was reviewed, as its plan answers it (SHA-256, hex): another one does not start."
} as const;

export const READ = "migration:read";
export const PLAN = "migration:plan";
export const RUN = "migration:run";

/** Of the API's document, in the order of a move. */
export const CHAPTERS = { plan: "1 · Plan", run: "2 · Run", look: "3 · Look", afterwards: "4 · Afterwards" } as const;
