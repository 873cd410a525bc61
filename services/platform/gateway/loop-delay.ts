/** How long this process answered nobody: the worst of the last while, the same for whoever asks, however many do. */

import { monitorEventLoopDelay } from "node:perf_hooks";

const WINDOW_MS = 10_000;
/** So many windows are told of, the running one among them. */
export const WINDOWS = 6;
const RESOLUTION_MS = 20;

export class LoopDelay {
	private readonly now = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
	/** The worst of each of the last windows, in ms. */
	private readonly past: number[] = [];
	private readonly turning = setInterval(() => this.turn(), WINDOW_MS).unref();

	constructor() {
		this.now.enable();
	}

	/** In ms, within the last six windows. */
	get worst(): number {
		return Math.max(this.current, ...this.past);
	}

	end(): void {
		clearInterval(this.turning);
		this.now.disable();
	}

	/** Of a window that measured nothing yet: none. */
	private get current(): number {
		return this.now.count === 0 ? 0 : this.now.max / 1e6;
	}

	/** Begins the next window, which the timer does; the oldest of six is forgotten. */
	turn(): void {
		this.past.push(this.current);
		if (this.past.length >= WINDOWS) this.past.shift();
		this.now.reset();
	}
}
