/** A shell into the cluster. */

import type { Client } from "../client";
import { type Flags, paint, say } from "../command";
import { piped } from "../repl/piped";
import { Session } from "../repl/session";
import { attended } from "../repl/terminal";

export async function repl(client: Client, { readOnly = false }: Flags): Promise<number> {
	const session = new Session(client, readOnly);
	if (!process.stdin.isTTY || !process.stdout.isTTY) return piped(session);
	say(`${await whereText(client)}${readOnly ? ", to look at alone" : ""}.`);
	say(paint("dim", "`help` lists what there is, Tab completes, Ctrl-D leaves."));
	return attended(session);
}

async function whereText({ node, server, call }: Client): Promise<string> {
	if (!node) return `At ${server}`;
	if (node.namespace === null)
		return "Nodes meet nowhere here: this one has opened the data folder, and runs all of it";
	const there = (await call("gateway.nodes", {})).filter(({ available, id }) => available && id !== node.id);
	return `Joined '${node.namespace}' as ${node.id}: ${there.length} other ${there.length === 1 ? "node" : "nodes"}`;
}
