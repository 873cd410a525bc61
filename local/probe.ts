/** Asks a process of the cluster whether it is well, as whoever needs it would. */

import { connect } from "node:net";
import { parseJson, tableIn } from "../contracts/json";
import { isFields, textOf } from "../domain/unknown";
import { portOf } from "./launch";
import { GROUPS, type Member, nodeIdOf } from "./shape";

const LIMIT_MS = 3_000;

export interface Asked {
	readonly ports: Readonly<Record<string, number>>;
	/** Of Redis. */
	readonly password: string;
}

/** What a member says of itself: null where it is well, else what is wrong, in a few words. */
export async function faultOf(member: Member, asked: Asked): Promise<string | null> {
	const probe = PROBES[member.kind];
	try {
		return await probe(member, asked);
	} catch {
		return "does not answer";
	}
}

const PROBES: Readonly<Record<Member["kind"], (member: Member, asked: Asked) => Promise<string | null>>> = {
	nats: (member, { ports }) => ofNats(portOf(ports, member, "monitor")),
	redis: async (member, { ports, password }) => {
		const said = await talk(portOf(ports, member, "clients"), `AUTH ${password}\r\nPING\r\n`, "PONG");
		return said.includes("+PONG") ? null : "refuses to answer";
	},
	database: async (member, { ports }) => {
		await talk(portOf(ports, member, "clients"), "", "");
		return null;
	},
	gateway: (member, { ports }) => ofGateway(portOf(ports, member, "http")),
	prometheus: async (member, { ports }) => {
		const { status } = await asking(`http://127.0.0.1:${portOf(ports, member, "http")}/-/ready`);
		return status === 200 ? null : `answers ${status}`;
	},
	// It listens nowhere: the gateways say whether they know it.
	node: async () => null
};

async function ofNats(port: number): Promise<string | null> {
	const { status, body } = await asking(`http://127.0.0.1:${port}/healthz`);
	return status === 200 ? null : (textOf(body, "error") ?? `answers ${status}`);
}

async function ofGateway(port: number): Promise<string | null> {
	const { status, body } = await asking(`http://127.0.0.1:${port}/ready`);
	if (status === 200) return null;
	const missing = isFields(body) && Array.isArray(body.missing) ? body.missing.join(", ") : "";
	return missing === "" ? `answers ${status}` : `is without ${missing}`;
}

/** Which services run on which nodes, as a gateway knows them. */
export async function nodesKnownAt(port: number): Promise<ReadonlyMap<string, readonly string[]>> {
	const { body } = await asking(`http://127.0.0.1:${port}/health/detailed`);
	const services = isFields(body) && Array.isArray(body.services) ? body.services : [];
	return new Map(
		services.filter(isFields).map(({ name, nodes }) => [String(name), Array.isArray(nodes) ? nodes.map(String) : []])
	);
}

/** What a node lacks to be of use, as the gateways see it: null where each of its services is known to one of them. */
export function nodeFault(member: Member, known: readonly ReadonlyMap<string, readonly string[]>[]): string | null {
	if (known.length === 0) return "no gateway to ask";
	const services: readonly string[] = member.group === undefined ? [] : GROUPS[member.group];
	const id = nodeIdOf(member);
	const missing = services.filter(service => !known.some(each => each.get(service)?.includes(id)));
	return missing.length === 0 ? null : `${missing.join(", ")} not in the registry`;
}

async function asking(url: string): Promise<{ readonly status: number; readonly body: unknown }> {
	const answer = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
	const text = await answer.text();
	return { status: answer.status, body: text.startsWith("{") ? tableIn(parseJson(text)) : {} };
}

/** Opens a connection, says something, and answers what came back once `until` is in it. */
function talk(port: number, say: string, until: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const socket = connect(port, "127.0.0.1");
		let heard = "";
		const end = (done: () => void): void => {
			socket.destroy();
			done();
		};
		socket.setTimeout(LIMIT_MS, () => end(() => reject(new Error("nothing came"))));
		socket.once("error", error => end(() => reject(error)));
		socket.once("connect", () => (say === "" ? end(() => resolve("")) : socket.write(say)));
		socket.once("close", () => resolve(heard));
		socket.on("data", chunk => {
			heard += chunk.toString();
			if (heard.includes(until)) end(() => resolve(heard));
		});
	});
}
