/** Where a node listens for others, and what they call it: an address of this machine from which NATS is reached. */

import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import type { PortPlace } from "../own-port";

export interface HttpPlace {
	/** As set; null: the address that NATS is reached from. */
	readonly host: string | null;
	readonly port: number;
	/** The host where NATS is. */
	readonly nats: string;
}

/** Nothing listens there: nothing is sent. */
const ANY_PORT = 9;
/** Every address of the machine. */
const ALL: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

export async function placeOf({ host, port, nats }: HttpPlace): Promise<PortPlace> {
	if (host !== null && !ALL.has(host)) return { host, port, called: host };
	const called = await addressTowards(nats);
	return { host: host ?? called, port, called };
}

/** Nothing is sent: the kernel says by which address it would. */
async function addressTowards(hostname: string): Promise<string> {
	try {
		const { address, family } = await lookup(hostname);
		const socket = createSocket(family === 6 ? "udp6" : "udp4");
		try {
			socket.connect(ANY_PORT, address);
			await once(socket, "connect");
			return socket.address().address;
		} finally {
			socket.close();
		}
	} catch {
		return anyAddress();
	}
}

/** NATS is away, and so is its name. */
const anyAddress = (): string =>
	Object.values(networkInterfaces())
		.flatMap(each => each ?? [])
		.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? "127.0.0.1";
