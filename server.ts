/** A node in a process of its own: all services, or those of `SERVICES`, until it is told to stop. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Broker } from "./cluster";
import { banner } from "./cluster/banner";
import { settingsOf } from "./cluster/settings";
import { maskText } from "./domain/text/masking";
import { visibleLines } from "./domain/text/visible";
import { textOf } from "./domain/unknown";
import { openNode, SERVICES } from "./node";
import { version } from "./package.json";

/** Somebody reads along. */
const attended = process.stdout.isTTY === true;

async function main(): Promise<void> {
	const broker = await openNode({ services: SERVICES, readable: attended });
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(broker));
	if (attended) process.stdout.write(banner(aboutOf(broker)));
}

function aboutOf(broker: Broker): Parameters<typeof banner>[0] {
	const key = resolve(join(settingsOf(broker).dataDir, "api-key"));
	const gateway = broker.getLocalService("gateway");
	return {
		version,
		node: broker.nodeID,
		address: textOf(gateway, "address") ?? null,
		keyFile: gateway && existsSync(key) ? key : null,
		dataDir: resolve(settingsOf(broker).dataDir),
		services: SERVICES.filter(name => broker.getLocalService(name))
	};
}

/** What is under way ends first; a second signal ends it at once, as always. */
async function stop(broker: Broker): Promise<void> {
	await broker.stop();
	process.exit(0);
}

main().catch((error: unknown) => {
	// Once, and for people: the log has what is for machines.
	process.stderr.write(`banyan: ${visibleLines(maskText(error instanceof Error ? error.message : String(error)))}\n`);
	process.exit(1);
});
