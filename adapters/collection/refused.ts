import type { Written } from "./adapter";

/** A change that cannot be made; nothing of what was asked with it is to be kept. */
export class Refused extends Error {
	constructor(readonly written: Written & { readonly ok: false }) {
		super("refused");
	}
}
