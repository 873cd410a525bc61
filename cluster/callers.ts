/**
 * Whose work is under way on a node. A request that may be left alone has an id, which goes with every call that it causes;
 * `gateway.left` says that its caller is gone.
 */

import type { Context } from "moleculer";
import { failure } from "./errors";
import type { Mixin } from "./index";

/** What is under way here, by the id of its request. */
interface UnderWay {
	readonly leaving: AbortController;
	calls: number;
}

/** Of a node: requests that are left alone while a call for them is on its way here are remembered, the latest of them. */
class Callers {
	readonly #underWay = new Map<string, UnderWay>();
	readonly #gone = new Set<string>();

	/** Works for a caller until they leave; then it fails, however it ends. */
	async serve<T>(id: string, work: (left: AbortSignal) => Promise<T>): Promise<T> {
		if (this.#gone.has(id)) throw abandoned();
		const own = this.#underWay.get(id) ?? { leaving: new AbortController(), calls: 0 };
		own.calls += 1;
		this.#underWay.set(id, own);
		const { signal } = own.leaving;
		try {
			return await work(signal);
		} catch (error) {
			throw signal.aborted ? abandoned() : error;
		} finally {
			own.calls -= 1;
			if (own.calls === 0) this.#underWay.delete(id);
		}
	}

	left(id: string): void {
		this.#underWay.get(id)?.leaving.abort();
		this.#gone.add(id);
		const [oldest] = this.#gone;
		if (this.#gone.size > MOST_REMEMBERED && oldest !== undefined) this.#gone.delete(oldest);
	}

	/** A gateway that died can say nothing of its callers any more. */
	leftNode(nodeID: string): void {
		for (const id of this.#underWay.keys()) if (id.startsWith(`${nodeID}/`)) this.left(id);
	}
}

export const abandoned = () => failure("ABANDONED", "Whoever asked is gone, and so is what they asked for.");

const MOST_REMEMBERED = 1_000;
const callers = new WeakMap<object, Callers>();

/** Those for whom this node works. */
export function callersOf(broker: object): Callers {
	const known = callers.get(broker) ?? new Callers();
	callers.set(broker, known);
	return known;
}

/** For services whose work ends with its caller: hears of those who are gone. */
export const hearing: Mixin<object> = {
	events: {
		"gateway.left": {
			params: { request: "string" },
			handler(ctx: Context<{ request: string }>): void {
				callersOf(ctx.broker).left(ctx.params.request);
			}
		},
		"$node.disconnected": {
			handler(ctx: Context<{ node: { id: string } }>): void {
				callersOf(ctx.broker).leftNode(ctx.params.node.id);
			}
		}
	}
};
