/** Ports of the loopback that are free: below the range that the kernel gives away by itself. */

import { isAnswering } from "../adapters/taken-port";

const FIRST = 20_000;
const SPAN = 12_000;

/** Could somebody listen there now? */
export const isFree = async (port: number): Promise<boolean> => !(await isAnswering("127.0.0.1", port));

/**
 * A port for each name: those that were had before, where they are free or still ours, so that addresses last.
 * @param ours a port that a process of the cluster itself holds
 */
export async function portsFor(
	names: readonly string[],
	before: Readonly<Record<string, number>>,
	ours: (name: string) => boolean
): Promise<Record<string, number>> {
	const ports: Record<string, number> = {};
	const taken = new Set(Object.values(before));
	for (const name of names) {
		const had = before[name];
		ports[name] = had !== undefined && (ours(name) || (await isFree(had))) ? had : await another(taken);
	}
	return ports;
}

/** Any that is free now. */
export const freePort = (): Promise<number> => another(new Set());

async function another(taken: Set<number>): Promise<number> {
	for (;;) {
		const port = FIRST + Math.floor(Math.random() * SPAN);
		if (taken.has(port) || !(await isFree(port))) continue;
		taken.add(port);
		return port;
	}
}
