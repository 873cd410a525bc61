/** Attempts with what is not known to be good, counted by the client's network before anybody is asked. */

import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { ClusterThrottle } from "../../../cluster/redis";
import { settingsFor } from "../../../cluster/settings";
import { gateway } from "../../../contracts/platform/gateway";
import { networkOf, regionOf } from "../../../domain/client-address";
import type { Attempt } from "../../../domain/throttle";

const WINDOW_MS = 60_000;
/** As many times as one network may. */
const REGIONS = 10;

export class Attempts {
	private readonly ofNetworks: ClusterThrottle;
	/** Of all networks of one provider's customer. */
	private readonly ofRegions: ClusterThrottle;

	constructor(broker: Broker) {
		const { wrongKeys } = settingsFor(broker, gateway);
		const windowMs = WINDOW_MS;
		this.ofNetworks = new ClusterThrottle(broker, { name: "keys", most: wrongKeys, windowMs });
		this.ofRegions = new ClusterThrottle(broker, { name: "keys of regions", most: wrongKeys * REGIONS, windowMs });
	}

	/** Of the network, and of its region. @throws THROTTLED */
	async reserve(client: string): Promise<readonly Attempt[]> {
		const region = regionOf(client);
		const ofRegion = region === undefined ? [] : [await this.ofRegions.attempt(region)];
		const network = ofRegion.every(may) ? [await this.ofNetworks.attempt(networkOf(client))] : [];
		const attempts = [...ofRegion, ...network];
		const refused = attempts.find(attempt => !may(attempt));
		if (!refused) return attempts;
		for (const attempt of attempts) attempt.settle(false);
		const seconds = Math.ceil(refused.waitMs / 1000);
		throw failure("THROTTLED", `Too many wrong keys came from your address: try again in ${seconds} s.`, {
			retryAfter: seconds,
			violated: ["wrong-keys"]
		});
	}
}

const may = ({ waitMs }: Attempt): boolean => waitMs === 0;
