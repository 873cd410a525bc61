/** Which names a gateway answers under where nobody says so, and what there is to say about it. */

import { BlockList, isIP } from "node:net";
import type { Gateway } from "../../../cluster/settings";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

const isLoopback = (host: string): boolean =>
	host === "localhost" || LOOPBACK.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");

/**
 * Raw requests arrive under whatever name their addresses were given out with, and an address is all that it takes, from
 * anywhere: they are answered under any name as long as nobody listed the names, where clients from outside can come at all.
 */
export const rawUnderAnyName = ({ names, host, trustedProxies, links }: Gateway): boolean =>
	names.length === 0 &&
	links.names.length === 0 &&
	links.port === null &&
	(!isLoopback(host) || trustedProxies.length > 0);

/** For whoever starts it. @param called what raw requests are for */
export const namesToSet = (options: Gateway, called: string): string | undefined =>
	rawUnderAnyName(options)
		? `GATEWAY_NAMES is not set: the API, its documents, health and metrics are answered at this machine's addresses alone, ${called} under any name.`
		: undefined;
