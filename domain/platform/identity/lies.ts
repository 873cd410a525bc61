/** What a node says that is not its to say: by what it proved of itself, and by what the contracts say. Pure. */

import { fieldsOf, isFields, textOf } from "../../unknown";

/** Whom a node proved to be. */
export interface Proven {
	readonly nodeID: string;
	readonly services: ReadonlySet<string>;
}

/** Moleculer's own, which every node has. */
const OF_EVERY_NODE = "$node";

type Judge = (proven: Proven, said: Readonly<Record<string, unknown>>) => string | undefined;

const speaksFor = ({ nodeID, services }: Proven, service: string, doing: string): string | undefined =>
	services.has(service) ? undefined : `'${nodeID}' may not speak for '${service}', and ${doing}`;

const asked: Judge = (proven, { caller, action }) =>
	typeof caller === "string" ? speaksFor(proven, caller, `calls ${action} in its name`) : undefined;

/** An event begins with the name of the service whose contract declares it. */
const announced: Judge = (proven, { event }) => {
	const [service = ""] = String(event).split(".");
	return speaksFor(proven, service, `announces ${event}`);
};

const offered: Judge = (proven, { services }) => {
	const names = Array.isArray(services) ? services.map(each => String(textOf(each, "name"))) : [];
	const foreign = names.find(name => name !== OF_EVERY_NODE && !proven.services.has(name));
	return foreign === undefined ? undefined : speaksFor(proven, foreign, "offers it");
};

/** By kind of packet; of all others it matters who sends them alone. */
const JUDGES: Readonly<Record<string, Judge>> = { REQ: asked, EVENT: announced, INFO: offered };

/** The lie in a packet, as the end of a sentence; undefined where there is none. */
export function lieIn(proven: Proven, kind: string, payload: unknown): string | undefined {
	const said = fieldsOf(payload);
	if (!isFields(payload) || said.sender !== proven.nodeID)
		return `'${proven.nodeID}' speaks in the name of '${String(said.sender)}'`;
	return JUDGES[kind]?.(proven, said);
}
