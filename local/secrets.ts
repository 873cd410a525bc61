/** What the cluster's processes know of each other and nobody else: made at the first start, for their owner alone. */

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createOwnFile, readOwnFile, writeOwnFile } from "../adapters/own-file";

const NAMES = ["nats-nodes", "nats-routes", "nats-system", "redis"] as const;
type Name = (typeof NAMES)[number];

export interface Secrets {
	readonly of: Readonly<Record<Name, string>>;
	/** What all messages between nodes are sealed with. */
	readonly clusterKeyFile: string;
	/** Writes an address with a password in it; answers its file. */
	address(name: string, url: string): string;
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
	return {
		of,
		clusterKeyFile: join(folder, "cluster.key"),
		address: (name, url) => {
			const file = join(folder, name);
			writeOwnFile(file, `${url}\n`);
			return file;
		}
	};
}
