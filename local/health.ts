/** How a cluster is: each of its processes, whether it runs and whether it is well. */

import { portOf } from "./launch";
import { isThere } from "./marks";
import { type Asked, faultOf, nodeFault, nodesKnownAt } from "./probe";
import type { Member } from "./shape";
import type { ProcessState, State } from "./state";

export interface Health {
	readonly member: Member;
	readonly process: ProcessState | undefined;
	/** Null where it is well. */
	readonly fault: string | null;
}

interface Looked extends Asked {
	readonly folder: string;
	readonly members: readonly Member[];
	readonly state: Pick<State, "processes">;
}

/** All of them, asked at once. */
export async function healthOf({ folder, members, state, ...asked }: Looked): Promise<Health[]> {
	const processes = new Map(state.processes.map(each => [each.name, each]));
	const runs = ({ name }: Member): boolean => {
		const pid = processes.get(name)?.pid ?? null;
		return pid !== null && isThere(pid, folder, name);
	};
	const gateways = members.filter(member => member.kind === "gateway" && runs(member));
	const known = await Promise.all(
		gateways.map(member => nodesKnownAt(portOf(asked.ports, member, "http")).catch(() => new Map()))
	);
	return Promise.all(
		members.map(async member => ({
			member,
			process: processes.get(member.name),
			fault: runs(member)
				? member.kind === "node"
					? nodeFault(member, known)
					: await faultOf(member, asked)
				: downWords(processes.get(member.name))
		}))
	);
}

const downWords = (process: ProcessState | undefined): string =>
	process?.ended == null ? "is not up" : `is down (${process.ended})`;

/** Is all of it well? */
export const isWell = (health: readonly Health[]): boolean => health.every(({ fault }) => fault === null);
