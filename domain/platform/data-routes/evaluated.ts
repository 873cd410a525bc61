/** What comes of a shape. */

export interface ShapeFault {
	/** JSONata's, as `T2001`; `TOO_LARGE`, `TOO_SLOW`, `TOO_HUNGRY`, `BUSY`, `FUNCTION`, `UNFIT` of ours. */
	readonly code: string;
	/** The character, where one is known. */
	readonly at: number | null;
	/** It may have what the shape was given: for whoever wrote the shape, never for a log. */
	readonly message: string;
}

/** JSON, or nothing (undefined), or what was wrong. */
export type Evaluated =
	| { readonly json: string | undefined; readonly fault?: undefined }
	| { readonly json?: undefined; readonly fault: ShapeFault };

/** One result a shape, in their order. It never rejects. */
export type Evaluate = (shapes: readonly string[], input: unknown) => Promise<readonly Evaluated[]>;

/** A shape of a route that did not do what it is for. */
export class ShapeBroken extends Error {
	override readonly name = "ShapeBroken";

	constructor(
		/** As `response.body`. */
		readonly place: string,
		readonly fault: ShapeFault
	) {
		super(`${place}: ${fault.message}`);
	}

	/** Without anything that the shape was given: for logs, and for whoever asked. */
	get where(): string {
		const { code, at } = this.fault;
		return `${this.place}${at === null ? "" : ` at character ${at}`} (${code})`;
	}
}

export const unfit = (place: string, message: string): ShapeBroken =>
	new ShapeBroken(place, { code: "UNFIT", at: null, message });
