/** Connections to what may be asked alone: each address is judged where it is connected to. */

import { type LookupAddress, lookup as lookUp } from "node:dns";
import { connect as connectTo, isIP, type LookupFunction, type Socket } from "node:net";
import type { buildConnector } from "undici";
import { errorOf } from "../../domain/unknown";
import { plain } from "./internal";
import { forbidden, isNamed, outOfReach, type Reach, refuseAddress } from "./reach";

/** Looks a name up for a connection: only addresses that may be asked come back. */
export function lookupIn(reach: Reach): LookupFunction {
	return (host, options, callback) => {
		if (isNamed(host, reach) || reach.words.has("any")) {
			lookUp(host, options, callback);
			return;
		}
		lookUp(host, { ...options, all: true }, (error, found) => {
			if (error) callback(error, "", 0);
			else answer(host, found, reach, options.all === true, callback);
		});
	};
}

function answer(
	host: string,
	found: readonly LookupAddress[],
	reach: Reach,
	all: boolean,
	callback: Parameters<LookupFunction>[2]
): void {
	const may = found.filter(({ address }) => forbidden(address, reach) === undefined);
	const [first] = may;
	if (!first) {
		const kind = forbidden(found[0]?.address ?? "", reach) ?? "special";
		callback(outOfReach(host, kind), "", 0);
	} else if (all) callback(null, may);
	else callback(null, first.address, first.family);
}

/** undici's own connector, to what may be asked alone. */
export function connectorIn(reach: Reach, options: buildConnector.BuildOptions): buildConnector.connector {
	const undici: typeof import("undici") = require("undici");
	const connect = undici.buildConnector({ ...options, lookup: lookupIn(reach) });
	return (target, callback) => {
		try {
			if (!isNamed(target.hostname, reach)) refuseAddress(target.hostname, reach);
		} catch (error) {
			queueMicrotask(() => callback(errorOf(error), null));
			return;
		}
		connect(target, callback);
	};
}

/** A socket to a server that speaks no HTTP. */
export function socketIn(reach: Reach, host: string, port: number): Socket {
	if (!isNamed(host, reach)) refuseAddress(host, reach);
	return connectTo({ host, port, lookup: lookupIn(reach), keepAlive: true, noDelay: true });
}

/**
 * What a proxy is asked to lead to: it resolves the name itself, so what it is here is all that can be looked at, and a
 * name that only the proxy knows is its own matter.
 */
export async function refuseBehindProxy(host: string, reach: Reach): Promise<void> {
	refuseAddress(host, reach);
	if (isIP(plain(host)) !== 0 || reach.words.has("any") || isNamed(host, reach)) return;
	await new Promise<void>((resolve, reject) => {
		lookUp(host, { all: true }, (error, found) => {
			const kind = error ? undefined : found.map(({ address }) => forbidden(address, reach)).find(each => each);
			if (kind === undefined) resolve();
			else reject(outOfReach(host, kind));
		});
	});
}
