/** A process of its own that holds a lease and acts under it, telling of each act when it looked at its clocks. */

import { acquireLease } from "../../adapters/lease";
import { sayLine } from "../support/say-line";
import { openStore } from "./stores";

export interface Act {
	readonly token: string;
	readonly atMs?: number;
	readonly over?: true;
}

export const LEASE = { ttlMs: 1_500, boundMs: 300, scope: "cluster" } as const;

const say = (act: Act): void => sayLine(act);

async function act(address: string): Promise<void> {
	const lease = await acquireLease(await openStore(address), "run", { ...LEASE, holder: "the child" });
	const acting = setInterval(() => {
		const atMs = Date.now();
		if (lease.remainingMs() > 0) say({ token: lease.token, atMs });
	}, 5);
	lease.signal.addEventListener("abort", () => {
		clearInterval(acting);
		say({ token: lease.token, over: true });
	});
}

if (require.main === module) void act(process.argv[2] ?? "");
