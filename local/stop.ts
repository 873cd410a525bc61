/** Stops a cluster, whoever started its processes: found by their marks, gently at first, in order. */

import { setTimeout as sleep } from "node:timers/promises";
import { isThere, runningIn } from "./marks";
import { KINDS, type Kind, type Member } from "./shape";

/** How long each kind may take to end by itself, in ms. */
export const GRACE_MS: Readonly<Record<Kind, number>> = {
	nats: 10_000,
	redis: 5_000,
	database: 20_000,
	node: 40_000,
	gateway: 40_000,
	prometheus: 10_000
};
const LOOK_MS = 50;

/** Kind by kind, those that others rest on last. @returns the names of what had to be killed */
export async function stopAll(folder: string, members: readonly Member[]): Promise<string[]> {
	const killed: string[] = [];
	for (const kind of [...KINDS].reverse())
		killed.push(...(await stopped(folder, namesOf(members, kind), GRACE_MS[kind])));
	// What a cluster of another shape left.
	const rest = [...runningIn(folder).keys()].filter(name => name !== SUPERVISOR);
	return [...killed, ...(await stopped(folder, rest, GRACE_MS.node))];
}

/** The name of whoever looks after the others. */
export const SUPERVISOR = "supervisor";

const namesOf = (members: readonly Member[], kind: Kind): string[] =>
	members.filter(member => member.kind === kind).map(({ name }) => name);

/** @returns those that did not end within `graceMs` and were killed */
export async function stopped(folder: string, names: readonly string[], graceMs: number): Promise<string[]> {
	const running = runningIn(folder);
	const all = names.flatMap(name => (running.get(name) ?? []).map(pid => ({ name, pid })));
	for (const { pid } of all) signal(pid, "SIGTERM");
	// One that is frozen hears nothing else.
	for (const { pid } of all) signal(pid, "SIGCONT");
	const left = await stillThere(folder, all, graceMs);
	for (const { pid } of left) signal(pid, "SIGKILL");
	await stillThere(folder, left, graceMs);
	return [...new Set(left.map(({ name }) => name))];
}

/** As the kernel would, at once. */
export const killed = async (folder: string, names: readonly string[]): Promise<void> => {
	const running = runningIn(folder);
	const all = names.flatMap(name => (running.get(name) ?? []).map(pid => ({ name, pid })));
	for (const { pid } of all) signal(pid, "SIGKILL");
	await stillThere(folder, all, GRACE_MS.node);
};

interface Running {
	readonly name: string;
	readonly pid: number;
}

async function stillThere(folder: string, all: readonly Running[], limitMs: number): Promise<Running[]> {
	const end = Date.now() + limitMs;
	let left = [...all];
	while (left.length > 0 && Date.now() < end) {
		left = left.filter(({ pid, name }) => isThere(pid, folder, name));
		if (left.length > 0) await sleep(LOOK_MS);
	}
	return left;
}

/** It may have ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
	try {
		process.kill(pid, name);
	} catch {
		// That is what was wanted.
	}
}
