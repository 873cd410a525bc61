/** Kept answers in this process's memory, by action, within so many bytes: the longest unused go. Pure. */

import { ByteCache } from "../../byte-cache";
import type { Found, Kept } from "./answer";

/** When of an action's course something was asked for: a change, or a purge, is a step. */
export interface Course {
	readonly changes: number;
	readonly purges: number;
}
interface Held<K> {
	readonly kept: K;
	readonly course: Course;
}

const BEGINNING: Course = { changes: 0, purges: 0 };
/** Beside the body: the key, compressed forms. */
const SHARES = 2;

export class KeptInMemory<K extends Kept> {
	private readonly held: ByteCache<Held<K>>;
	private readonly courses = new Map<string, Course>();

	constructor(private readonly most: number) {
		this.held = new ByteCache(most);
	}

	get bytes(): number {
		return this.held.size;
	}

	/** To be asked before an answer is: what came of it is kept under it. */
	courseOf(action: string): Course {
		return this.courses.get(action) ?? BEGINNING;
	}

	get(action: string, key: string): Found<K> | undefined {
		const held = this.held.get(key);
		const now = this.courseOf(action);
		if (!held || held.course.purges !== now.purges) return undefined;
		return { kept: held.kept, isOver: held.course.changes !== now.changes };
	}

	/** @returns false where it is too large, or was purged meanwhile */
	put(action: string, key: string, kept: K, course: Course): boolean {
		const bytes = key.length + SHARES * kept.body.length;
		if (bytes > this.most || course.purges !== this.courseOf(action).purges) return false;
		this.held.set(key, { kept, course }, bytes);
		return true;
	}

	/** Nothing that was asked for until now is fresh. */
	change(action: string): void {
		const { changes, purges } = this.courseOf(action);
		this.courses.set(action, { changes: changes + 1, purges });
	}

	/** Nothing that was asked for until now is there, nor comes. */
	purge(action: string): void {
		const { changes, purges } = this.courseOf(action);
		this.courses.set(action, { changes, purges: purges + 1 });
	}
}
