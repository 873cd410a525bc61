/** Steady load on several gateways, as a careful client makes it, and what came of each request. */

import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { propertyOf } from "../../domain/unknown";

export interface Done {
	readonly id: string;
	readonly ms: number;
	readonly idempotent: boolean;
	/** 0: nobody answered. */
	readonly status: number;
	readonly why: string;
}

export interface Load {
	/** How many were sent. */
	readonly begun: number;
	readonly done: readonly Done[];
	/** No new ones; waits for those under way. */
	stop(): Promise<readonly Done[]>;
}

/** Nothing of a request was sent: it goes to the next gateway. */
const UNSENT = /ECONNREFUSED|UND_ERR_CONNECT_TIMEOUT/;

/** @param perSecond half of them reads, half of them writes without any key that would make them safe to repeat */
export function startLoad(urls: readonly string[], perSecond: number): Load {
	const agents = urls.map(url => ({ url, agent: new Agent({ connections: 8, keepAliveTimeout: 30_000 }) }));
	const done: Done[] = [];
	const underWay = new Set<Promise<void>>();
	let [number, isOver] = [0, false];
	const one = async (id: string, idempotent: boolean): Promise<void> => {
		const began = performance.now();
		const { status, why } = await sent(agents, number, id, idempotent);
		done.push({ id, ms: performance.now() - began, idempotent, status, why });
	};
	const running = (async () => {
		const began = performance.now();
		for (; !isOver; number++) {
			const work = one(`r${number}`, number % 2 === 0).finally(() => underWay.delete(work));
			underWay.add(work);
			await sleep(Math.max(0, began + (number * 1000) / perSecond - performance.now()));
		}
	})();
	return {
		get begun() {
			return number;
		},
		done,
		stop: async () => {
			isOver = true;
			await running;
			await Promise.all(underWay);
			await Promise.all(agents.map(({ agent }) => agent.destroy()));
			return done;
		}
	};
}

type Gateways = readonly { readonly url: string; readonly agent: Agent }[];

async function sent(gateways: Gateways, first: number, id: string, idempotent: boolean) {
	let why = "";
	for (let tried = 0; tried < gateways.length; tried++) {
		try {
			return await asked(gateways[(first + tried) % gateways.length] as Gateways[number], id, idempotent);
		} catch (error) {
			why = `${propertyOf(error, "code")} ${error}`;
			if (!UNSENT.test(why)) break;
		}
	}
	return { status: 0, why };
}

const JSON_TYPE = { "content-type": "application/json" };

async function asked({ url, agent }: Gateways[number], id: string, idempotent: boolean) {
	const path = `${url}/api/v1/migrations/${id}`;
	const key = { "x-api-key": "any" };
	const { statusCode, body } = idempotent
		? await request(path, { headers: key, dispatcher: agent })
		: await request(`${path}/pause`, {
				method: "POST",
				headers: { ...key, ...JSON_TYPE },
				body: JSON.stringify({ reason: "load" }),
				dispatcher: agent
			});
	const text = await body.text();
	return { status: statusCode, why: statusCode < 400 ? "" : text };
}
