/** What users look like: as we ask for them, as we left them, as they were before us. With the panel's tables more of it counts. */

import type { Json } from "../../contracts/json";
import type { Undo } from "../connector";
import { isPutBack, rowsOf, withoutCarried } from "./carried";
import { userFingerprint } from "./records";
import { isBetween, isOurBeginning } from "./steps";
import type { UserRows } from "./user-rows";

export class UserImages {
	readonly #rows: UserRows | undefined;

	/** @param rows the panel's own tables, where they are at hand */
	constructor(rows: UserRows | undefined) {
		this.#rows = rows;
	}

	fingerprint(data: Json): string {
		return userFingerprint(data, this.#rows !== undefined);
	}

	/** What is sent: without a database, what the API takes. */
	asked(name: string, data: Json): Json {
		const asked: Json = { ...data, username: name };
		return this.#rows ? asked : withoutCarried(asked);
	}

	/** As we left it, or what a write of ours that was never answered may have left. */
	isOurs({ name, before, ours, sent = [] }: Undo, present: Json): boolean {
		if (ours !== undefined && this.fingerprint(present) === ours) return true;
		const asked = sent.map(data => this.asked(name, data));
		if (before !== null) return asked.length > 0 && isBetween(before, asked, present);
		return asked.some(data => isOurBeginning(data, present, { now: Date.now() / 1000 }));
	}

	/** What the API is asked for to put `before` back: a hold it cannot take away is taken by the database, afterwards. */
	undone(before: Json, present: Json): Json {
		if (this.#rows === undefined || rowsOf(before) === undefined) return withoutCarried(before);
		const { on_hold_timeout, on_hold_expire_duration } = present;
		return {
			...before,
			on_hold_timeout: before.on_hold_timeout ?? on_hold_timeout ?? null,
			on_hold_expire_duration: before.on_hold_expire_duration ?? on_hold_expire_duration ?? null
		};
	}

	isBack(before: Json, present: Json): boolean {
		if (this.fingerprint(before) !== this.fingerprint(present)) return false;
		const [image, rows] = [rowsOf(before), rowsOf(present)];
		return image === undefined || rows === undefined || isPutBack(image, rows);
	}
}
