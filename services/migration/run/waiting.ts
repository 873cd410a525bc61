/** What a controller waits for, while a system is away or asks to be left alone. */

import { currentWait } from "../../../connectors/waits";

interface Wait {
	readonly why: string;
	/** By `Date.now`. */
	readonly until: number;
	/** How often it is asked after that. */
	readonly more: number;
}

export class Waiting {
	private own: Wait | null = null;

	/** Waits by `pause`, which may end sooner. */
	async for(why: string, ms: number, more: number, pause: (ms: number) => Promise<void>): Promise<void> {
		this.own = { why, until: Date.now() + ms, more };
		await pause(ms);
		this.own = null;
	}

	/** What it waits for, and for how long. */
	get text(): string | null {
		const wait = this.own ?? currentWait();
		if (wait === null) return null;
		const seconds = Math.ceil((wait.until - Date.now()) / 1000);
		const again = `${wait.why} Asked again ${seconds > 0 ? `in ${seconds} s` : "now"}`;
		if (this.own === null) return `${again}.`;
		const { more } = this.own;
		return `${again}, ${more === 0 ? "for the last time" : `and up to ${more} more ${more === 1 ? "time" : "times"}`}.`;
	}
}
