/** What the cluster's processes know of each other and nobody else: made at the first start, for their owner alone. */

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { IdentityFolder } from "../adapters/identity/folder";
import { createOwnFile, readOwnFile, writeOwnFile } from "../adapters/own-file";
import { OPERATOR } from "../domain/platform/nats-permissions";
import { GROUPS, type Member, nodeIdOf } from "./shape";

const NAMES = ["nats-routes", "redis"] as const;
type Name = (typeof NAMES)[number];

export interface Secrets {
	readonly of: Readonly<Record<Name, string>>;
	/** What all messages between nodes are sealed with. */
	readonly clusterKeyFile: string;
	/** Writes an address with a password in it; answers its file. */
	address(name: string, url: string): string;
	/** Whose word counts. */
	readonly authoritiesFile: string;
	/** Of a process of Banyan: who it is to the others, for which services it speaks. */
	identity(name: string): string;
}

/** Hex needs no escaping, in a URL nor in a configuration. */
const password = (): string => randomBytes(24).toString("hex");

/** @param folder that is there, and closed to others */
export function secretsIn(folder: string): Secrets {
	const kept = (name: string, make: () => string): string => {
		const file = join(folder, name);
		createOwnFile(file, `${make()}\n`);
		return readOwnFile(file).toString().trim();
	};
	const of = Object.fromEntries(NAMES.map(name => [name, kept(name, password)])) as Record<Name, string>;
	kept("cluster.key", () => randomBytes(32).toString("base64"));
	const identities = new IdentityFolder(join(folder, "identities"));
	identities.init();
	return {
		of,
		authoritiesFile: identities.authorities,
		identity: name => identities.file(name),
		clusterKeyFile: join(folder, "cluster.key"),
		address: (name, url) => {
			const file = join(folder, name);
			writeOwnFile(file, `${url}\n`);
			return file;
		}
	};
}

const [DAYS, DAY_MS] = [365, 86_400_000];

/** Whoever sits before a REPL: it joins under a name of its own each time, and calls as `repl`. */
export const SHELL = { name: "repl", nodes: [`${OPERATOR}.repl-*`], services: ["repl"] } as const;

/** Each process of Banyan gets an identity of its own, and another one when half of its time is over. */
export function identify(folder: string, members: readonly Member[], nowMs: number): void {
	const identities = new IdentityFolder(join(folder, "identities"));
	const wanted = members.flatMap(({ name, group }) =>
		group === undefined ? [] : [{ name, nodes: [nodeIdOf({ name, group })], services: GROUPS[group] }]
	);
	for (const { name, nodes, services } of [...wanted, SHELL]) {
		const said = identities.issued(name)?.said;
		const isFresh = said !== undefined && said.untilMs - nowMs > (DAYS * DAY_MS) / 2;
		if (isFresh && `${said.nodes}/${said.services}` === `${nodes}/${services}`) continue;
		identities.issue({ name, nodes, services, days: DAYS }, nowMs);
	}
}
