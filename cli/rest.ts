/** When there is nothing more to watch of a migration. */

import type { Phase, Status } from "../contracts/migration/migration";
import type { Client } from "./client";

const OVER: ReadonlySet<Phase> = new Set(["finished", "cancelled", "rolled-back"]);
const IN_ITS_MIDST: ReadonlySet<Phase> = new Set(["copying", "comparing", "rolling-back"]);

type Seen = Pick<Status, "phase" | "running" | "paused" | "failure">;

/**
 * A server knows what it runs. What another process runs on our data folder is seen by its records alone, and by its hold
 * on the folder, which ends with it.
 */
export const rests = ({ server, holder }: Pick<Client, "server" | "holder">, status: Seen): boolean =>
	!status.running &&
	(server !== null ||
		OVER.has(status.phase) ||
		status.paused ||
		status.failure !== null ||
		(holder !== undefined && holder() === undefined));

/** Why a migration that rests is not at its end, where nobody told it to; undefined for all others. */
export function stoppedText({ name, phase, paused, failure }: Seen & Pick<Status, "name">): string | undefined {
	if (paused || !IN_ITS_MIDST.has(phase)) return undefined;
	const why = failure?.message ?? "Nobody is at work on it.";
	return `'${name}' is ${phase} and was stopped: ${why} Nothing is lost: run it again to go on.`;
}
