/** How much room is left under a node's data folder, measured now and then. */

import { statfs } from "node:fs/promises";
import type { ServiceBroker } from "moleculer";
import { NODE_METRICS } from "../contracts/node-metrics";
import { registerMetrics } from "./measuring";
import { settingsOf } from "./settings";

const EVERY_MS = 15_000;
const { diskFree, diskSize } = NODE_METRICS;

/** Answers what ends it. */
export function watchDisk(broker: ServiceBroker): () => void {
	registerMetrics(broker, { diskFree, diskSize });
	const look = async (): Promise<void> => {
		// One that keeps nothing may have none.
		const found = await statfs(settingsOf(broker).dataDir).catch(() => undefined);
		if (!found) return;
		const { bavail, blocks, bsize } = found;
		broker.metrics.set(diskFree.name, bavail * bsize);
		broker.metrics.set(diskSize.name, blocks * bsize);
	};
	void look();
	const timer = setInterval(() => void look(), EVERY_MS).unref();
	return () => clearInterval(timer);
}
