/** The definitions of inbounds, out of the xray configs of the nodes that serve them. */

import type { FoundArtefacts } from "../../contracts/migration/extractor";
import { ConnectorError } from "../connector";
import { isObject, type Wire } from "../http/json";
import { type Session, segment } from "../http/session";
import { whole } from "./api";
import { inboundsFor, type NodeConfig } from "./inbound-configs";
import { STREAMS, type StreamName } from "./records";

interface Backend {
	readonly node: string;
	readonly path: string;
}

/** Only nodes that serve one of the tags are asked. A node that is not connected answers 502: that is a note. */
export async function readInbounds(session: Session, tags: readonly string[]): Promise<FoundArtefacts> {
	const configs: NodeConfig[] = [];
	const notes: string[] = [];
	try {
		for (const { node, path } of await backends(session, new Set(tags))) {
			try {
				const { config } = await session.object(path);
				configs.push({ node, config: typeof config === "string" ? config : "" });
			} catch (error) {
				notes.push(`the config of ${node} cannot be read: ${reason(error)}`);
			}
		}
	} catch (error) {
		notes.push(`the nodes cannot be listed: ${reason(error)}`);
	}
	const found = inboundsFor(tags, configs);
	return { items: found.items, notes: [...notes, ...found.notes] };
}

async function backends(session: Session, tags: ReadonlySet<string>): Promise<Backend[]> {
	const read = async (name: StreamName) => (await whole(session, STREAMS[name])).map(({ data }) => data);
	const [nodes, inbounds] = await Promise.all([read("nodes"), read("inbounds")]);
	const serving = new Set(
		inbounds.flatMap(({ tag, node }) => (tags.has(String(tag)) && isObject(node) ? [node.id] : []))
	);
	return nodes
		.filter(({ id }) => id !== undefined && serving.has(id))
		.sort((a, b) => Number(a.id) - Number(b.id))
		.flatMap(({ id, name, backends: own }) =>
			xrays(own ?? null).map(backend => ({
				node: String(name),
				path: `/api/nodes/${segment(String(id))}/${segment(backend)}/config`
			}))
		);
}

/** A node that was never connected lists none; xray is what nodes call theirs. */
function xrays(backends: Wire): string[] {
	const listed = Array.isArray(backends) ? backends.filter(isObject) : [];
	if (listed.length === 0) return ["xray"];
	return listed.flatMap(({ backend_type, name }) =>
		backend_type === "xray" && typeof name === "string" ? [name] : []
	);
}

function reason(error: unknown): string {
	if (error instanceof ConnectorError) return error.message.replace(/\.$/, "");
	throw error;
}
