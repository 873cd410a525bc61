/** What came of each process that sends: once each, within a minute, and nothing from before this process was here. */

import { ReplayWindow } from "../domain/platform/replay-window";
import { countOf, momentOf } from "./packet-form";

/** How far two nodes' clocks may differ, and how long a packet may be on its way, in ms: longer than a call may take. */
export const WINDOW_MS = 60_000;
/** Of other processes: more than any cluster has nodes. */
export const MOST_SESSIONS = 4096;

/** Why one is not taken. */
export type Untaken = "replayed" | "early" | "late" | "before";

export interface Clock {
	readonly now?: () => number;
	/** How long this process runs, in ms, whatever is done to its clock. */
	readonly uptime?: () => number;
}

interface Arrival {
	readonly window: ReplayWindow;
	latestMs: number;
}

export class Arrivals {
	private readonly sessions = new Map<string, Arrival>();
	private readonly beganMs: number;
	private readonly beganAt: number;
	private readonly now: () => number;
	private readonly uptime: () => number;

	constructor(clock: Clock) {
		this.now = clock.now ?? Date.now;
		this.uptime = clock.uptime ?? (() => performance.now());
		this.beganMs = this.now();
		this.beganAt = this.uptime();
	}

	/** Of one that opened: whatever did not says nothing of its sender. @param session of whoever it is proven to be by */
	refusal(packet: Buffer, session: string): Untaken | undefined {
		return this.untimely(packet) ?? this.repeated(packet, session);
	}

	private untimely(packet: Buffer): Untaken | undefined {
		const moment = momentOf(packet);
		const late = this.now() - moment;
		if (late > WINDOW_MS) return "late";
		if (late < -WINDOW_MS) return "early";
		// Whether one from before was taken, only the process that was here then knew. Later than this it is late anyway.
		return moment < this.beganMs && this.uptime() - this.beganAt <= WINDOW_MS ? "before" : undefined;
	}

	private repeated(packet: Buffer, id: string): Untaken | undefined {
		const session = this.sessions.get(id) ?? this.meet(id);
		if (!session.window.take(countOf(packet))) return "replayed";
		session.latestMs = Math.max(session.latestMs, momentOf(packet));
		return undefined;
	}

	private meet(id: string): Arrival {
		if (this.sessions.size >= MOST_SESSIONS) this.forget();
		const session: Arrival = { window: new ReplayWindow(), latestMs: 0 };
		this.sessions.set(id, session);
		return session;
	}

	/** Those of which nothing can come again: all of it would be late. */
	private forget(): void {
		const end = this.now() - WINDOW_MS;
		for (const [id, { latestMs }] of this.sessions) if (latestMs < end) this.sessions.delete(id);
	}
}
