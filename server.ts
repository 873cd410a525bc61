/** A node in a process of its own: all services, or those of `SERVICES`, until it is told to stop. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Broker } from "./cluster";
import { banner } from "./cluster/banner";
import { settingsOf } from "./cluster/settings";
import { leaveEarly, stopWhenTold, toldBySignals } from "./cluster/stopping";
import { maskText } from "./domain/text/masking";
import { visibleLines } from "./domain/text/visible";
import { textOf } from "./domain/unknown";
import { environment } from "./environment";
import { isToldToStop, openNode, SERVICES, whenRefused } from "./node";
import { version } from "./package.json";

/** Somebody reads along. */
const attended = process.stdout.isTTY === true;

async function main(): Promise<void> {
	const told = toldBySignals();
	const started = leaveEarly(told);
	const broker = await openNode({ services: SERVICES, readable: attended }, environment(), told);
	started();
	stopWhenTold(broker, told);
	whenRefused(broker, sentence => void broker.stop().finally(() => fail(sentence)));
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

/** Once, and for people: the log has what is for machines. */
function fail(sentence: string): void {
	process.stderr.write(`banyan: ${visibleLines(maskText(sentence))}\n`);
	process.exit(1);
}

main().catch((error: unknown) => {
	if (isToldToStop(error)) process.exit(0);
	fail(error instanceof Error ? error.message : String(error));
});
