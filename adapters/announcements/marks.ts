/** Keeps how far a service came: a while after it did, and at the end. What lies between is delivered again after a kill. */

import { messageOf } from "../../domain/unknown";
import type { Inbox } from "./inbox";
import type { Lane } from "./lane";

const AFTER_MS = 1_000;
/** Of what others are told, so much is passed before that is kept. */
const WORTH = 1_000;

export class Marks {
	private timer: NodeJS.Timeout | undefined;
	private dealt = false;
	private keeping = false;

	constructor(
		private readonly inbox: Inbox,
		private readonly lanes: ReadonlyMap<number, Lane>,
		private readonly reached: () => number,
		private readonly tell: (sentence: string) => void
	) {}

	/** @param dealt with one that was for it */
	moved(dealt = false): void {
		this.dealt ||= dealt;
		if (this.dealt) this.timer ??= setTimeout(() => void this.keep(), AFTER_MS).unref();
		else if (!this.keeping && this.gap() >= WORTH) void this.keep();
	}

	async keep(): Promise<void> {
		clearTimeout(this.timer);
		this.timer = undefined;
		this.dealt = false;
		const reached = this.reached();
		const passed = [...this.lanes].map(([partition, lane]) => ({ partition, lane, at: lane.passed(reached) }));
		const moved = passed.filter(({ lane, at }) => at > lane.kept);
		if (moved.length === 0) return;
		this.keeping = true;
		try {
			await this.inbox.pass(new Map(moved.map(({ partition, at }) => [partition, at])));
			for (const { lane, at } of moved) lane.kept = Math.max(lane.kept, at);
		} catch (error) {
			// What is not kept is delivered again, and known by its receipt.
			this.tell(`How far a service came cannot be kept now: ${messageOf(error)}`);
		} finally {
			this.keeping = false;
		}
	}

	/** Of the first one: they are passed together. */
	private gap(): number {
		const [lane] = this.lanes.values();
		return lane ? this.reached() - lane.kept : 0;
	}
}
