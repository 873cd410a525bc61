/** Lays hands on the processes of a cluster on this machine. */

import { setTimeout as sleep } from "node:timers/promises";
import { looked } from "../cluster";
import { isWell } from "../health";
import { portOf } from "../launch";
import { isLedWithout, leaderOf, ledAt } from "../leader";
import { runningIn } from "../marks";
import { faultOf } from "../probe";
import { type Member, membersOf, type Shape } from "../shape";
import { signal } from "../stop";
import type { Hands } from "./faults";
import type { Wires } from "./wires";

const LOOK_MS = 100;
const PATIENCE_MS = 60_000;

export interface Held {
	readonly folder: string;
	readonly shape: Shape;
	readonly ports: Readonly<Record<string, number>>;
	readonly wires: ReadonlyMap<string, Wires>;
}

/** @throws where it does not come about */
export async function awaited<T>(look: () => Promise<T | null | false>, what: string): Promise<T> {
	for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(LOOK_MS)) {
		const found = await look();
		if (found !== null && found !== false) return found;
	}
	throw new Error(`It did not come about within ${PATIENCE_MS / 1000} s: ${what}.`);
}

/** Are all processes well? */
export async function allWell(folder: string): Promise<boolean> {
	const found = await looked(folder);
	return found !== undefined && isWell(found.health);
}

export function handsOn({ folder, shape, ports, wires }: Held): Hands {
	const members = membersOf(shape);
	const nats = members.filter(({ kind }) => kind === "nats");
	const monitors = new Map(nats.map(member => [member.name, portOf(ports, member, "monitor")]));
	const leader = async (): Promise<string | null> => leaderOf(await ledAt([...monitors.values()]));
	const wired = (name: string): Wires => {
		const found = wires.get(name);
		if (!found) throw new Error(`'${name}' has no wires: there are: ${[...wires.keys()].join(", ")}.`);
		return found;
	};
	const pidOf = (name: string): Promise<number> =>
		awaited(async () => runningIn(folder).get(name)?.[0] ?? null, `${name} is up`);
	const hands: Hands = {
		wait: ms => sleep(ms),
		signal: async (name, which) => signal(await pidOf(name), which),
		leader: () => awaited(leader, "NATS has a leader"),
		follower: async () => {
			const leads = await hands.leader();
			return (nats.find(({ name }) => name !== leads) as Member).name;
		},
		elected: async gone => {
			const began = Date.now();
			const [own, others] = [monitors.get(gone) ?? 0, [...monitors].filter(([name]) => name !== gone)];
			const isLed = async (): Promise<boolean> => {
				const [its = new Map(), ...rest] = await ledAt([own, ...others.map(([, port]) => port)]);
				return isLedWithout(gone, its, rest);
			};
			await awaited(isLed, "NATS has a leader again");
			return Date.now() - began;
		},
		answering: async name => {
			const began = Date.now();
			const member = members.find(each => each.name === name) as Member;
			await awaited(async () => (await faultOf(member, { ports, password: "" })) === null, `${name} answers again`);
			return Date.now() - began;
		},
		cut: name => wired(name).cut(),
		delay: (name, ms) => wired(name).delay(ms),
		mend: name => wired(name).mend(),
		rollingRestart: async () => {
			for (const { name } of members.filter(({ kind }) => kind === "node" || kind === "gateway")) {
				const before = await pidOf(name);
				signal(before, "SIGTERM");
				await awaited(async () => (await pidOf(name)) !== before && (await allWell(folder)), `${name} is well again`);
			}
		}
	};
	return hands;
}
