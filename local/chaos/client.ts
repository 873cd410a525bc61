/** Somebody outside who asks the cluster, as a good client does: again where that is safe, and at another door. */

import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { parseJson } from "../../contracts/json";
import { textOf } from "../../domain/unknown";
import { asksAgain, nextOf, waitMs } from "./retry";

export interface Ask {
	readonly method: "GET" | "POST" | "DELETE";
	readonly path: string;
	readonly body?: object;
	/** Twice is once: what reads, or has a key. */
	readonly again: string | true | false;
	/** A token in the place of the key; null: nothing says who asks. */
	readonly as?: string | null;
	/** How long one try may take, in ms. @default 3000, and 30000 where it is the only one */
	readonly tryMs?: number;
}

export interface Answer {
	readonly status: number;
	readonly body: unknown;
}

export interface Asked {
	readonly tries: number;
	readonly answer: Answer | null;
	/** What went wrong last, on the way to an answer or instead of one. */
	readonly why: string | null;
}

/** How long one try may take, and all of them, in ms. */
const TRY_MS = 3_000;
const ALL_MS = 30_000;
const CONNECTIONS = 64;

export class Client {
	readonly #doors: readonly Pool[];
	#next = 0;

	constructor(
		urls: readonly string[],
		private readonly key: string
	) {
		this.#doors = urls.map(url => new Pool(url, { connections: CONNECTIONS, pipelining: 1 }));
	}

	/** Asks, and where that is safe asks again until there is an answer or nobody would wait any longer. */
	async ask(ask: Ask): Promise<Asked> {
		const end = performance.now() + ALL_MS;
		let door = this.#next++ % this.#doors.length;
		let why: string | null = null;
		for (let tries = 1; ; tries++) {
			const got = await this.once(ask, door);
			if ("answer" in got && !asksAgain(got.answer.status, codeOf(got.answer)))
				return { tries, answer: got.answer, why };
			why = "answer" in got ? `${got.answer.status} ${codeOf(got.answer)}`.trim() : got.why;
			if (ask.again === false || performance.now() > end)
				return { tries, answer: "answer" in got ? got.answer : null, why };
			await sleep(waitMs(tries, Math.random()));
			door = nextOf(door, this.#doors.length);
		}
	}

	private async once(
		{ method, path, body, again, as = this.key, tryMs = again === false ? ALL_MS : TRY_MS }: Ask,
		door: number
	): Promise<{ answer: Answer } | { why: string }> {
		try {
			const answer = await (this.#doors[door] as Pool).request({
				method,
				path,
				headers: {
					...(as !== null && { authorization: `Bearer ${as}` }),
					...(body && { "content-type": "application/json" }),
					...(typeof again === "string" && { "idempotency-key": again })
				},
				...(body && { body: JSON.stringify(body) }),
				signal: AbortSignal.timeout(tryMs)
			});
			const text = await answer.body.text();
			return { answer: { status: answer.statusCode, body: /^[[{]/.test(text) ? parseJson(text) : null } };
		} catch (error) {
			return { why: textOf(error, "code") ?? textOf(error, "name") ?? "no answer" };
		}
	}

	async close(): Promise<void> {
		await Promise.all(this.#doors.map(door => (door.destroyed ? undefined : door.destroy())));
	}
}

/** Of a problem. */
export const codeOf = ({ body }: Answer): string => textOf(body, "code") ?? "";
