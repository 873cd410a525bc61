/** Which names a gateway answers under where nobody says so, and what there is to say about it. */

import { BlockList, isIP } from "node:net";
import type { Gateway } from "../../../cluster/settings";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

const isLoopback = (host: string): boolean =>
	host === "localhost" || LOOPBACK.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");

/**
 * Customers' links arrive under whatever name they were given, and a link's key is all that it takes to read it, from
 * anywhere: they are answered under any name as long as nobody listed the names, where clients from outside can come at all.
 */
export const linksUnderAnyName = ({ names, host, trustedProxies, links }: Gateway): boolean =>
	names.length === 0 &&
	links.names.length === 0 &&
	links.port === null &&
	(!isLoopback(host) || trustedProxies.length > 0);

/** For whoever starts it. */
export const namesToSet = (options: Gateway): string | undefined =>
	linksUnderAnyName(options)
		? "GATEWAY_NAMES is not set: the API, its documents, health and metrics are answered at this machine's addresses alone, old links under any name."
		: undefined;
