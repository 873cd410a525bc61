/** What the report of an erasure says. Pure. */

import type { ShownErasure } from "../../../contracts/community/shapes";
import type { Erasure } from "./records";

type Part = ShownErasure["services"][number];

interface Keepers {
	/** Services that may keep something of people. */
	readonly all: readonly string[];
	/** Those that some node runs now. */
	readonly there: ReadonlySet<string>;
}

/** Service by service, those that have something to do with it and those that said so. */
export function reportOf(erasure: Erasure, keepers: Keepers): ShownErasure {
	const names = [...new Set([...keepers.all, ...Object.keys(erasure.services)])].sort();
	const services = names.map(name => partOf(name, erasure, keepers));
	const { request, at, plannedFor } = erasure;
	return { id: request, state: stateOf(erasure, services), askedAt: at, due: plannedFor, services };
}

function partOf(service: string, { services }: Erasure, { there }: Keepers): Part {
	const said = Object.hasOwn(services, service) ? services[service] : undefined;
	if (said) return { service, state: "done", ...said };
	return { service, state: there.has(service) ? "waiting" : "not there", count: 0, kept: [], at: null };
}

function stateOf({ begunAt }: Erasure, services: readonly Part[]): ShownErasure["state"] {
	if (begunAt === null) return "planned";
	return services.every(({ state }) => state === "done") ? "done" : "begun";
}
