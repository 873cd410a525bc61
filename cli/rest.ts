/** When there is nothing more to watch of a migration. */

import type { Phase, Status } from "../contracts/migration/migration";
import type { Client } from "./client";

const OVER: ReadonlySet<Phase> = new Set(["finished", "cancelled", "rolled-back"]);

/** A server knows what it runs. What another process runs on our data folder is seen by its records alone. */
export const rests = (
	{ server }: Pick<Client, "server">,
	{ phase, running, paused, failure }: Pick<Status, "phase" | "running" | "paused" | "failure">
): boolean => !running && (server !== null || OVER.has(phase) || paused || failure !== null);
