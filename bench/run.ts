/**
 * Measures the product and writes RESULTS.md: `npm run bench`, or anew only some rows of it: `npm run bench -- b d`.
 * With `--part` it is one of its own child processes.
 */

import { importRows } from "./a-import";
import { verifyRow } from "./b-verify";
import { changedRow } from "./b2-changed";
import { stages, stagesRows } from "./c-stages";
import { storeRows } from "./d-store";
import { begin, resume, resumeRows } from "./e-resume";
import { linksRow } from "./f-links";
import type { Figure } from "./figures";
import { gatewayRows } from "./g-gateway";
import { collectionPart, collectionRows } from "./h-collection";
import { remoteGatewayRows, remoteRows } from "./i-remote";
import { joining, registryRows, resting } from "./k-registry";
import { waitingRows } from "./l-waiting";
import { eventsRows } from "./m-events";
import { observedRows } from "./n-observed";
import { crowded, metered, metricsRows } from "./o-metrics";
import { refreshing, refreshRow } from "./r-refresh";
import { record } from "./record";
import { calls, remoteGateway, worker } from "./remote";
import { writeResults } from "./results";
import { hashing, loggingIn, loginsRows } from "./s-logins";
import { serve } from "./serve";
import { authenticated, authenticatedRows } from "./t-authenticated";
import { configRow, following, writing } from "./u-config";
import { flagsRow } from "./v-flags";
import { answering, gatewayLayerRows, layered } from "./w-layer";
import { crowd, crowdRows, held } from "./x-crowd";

const ROWS: Readonly<Record<string, () => Promise<Figure[]>>> = {
	a: () => importRows(9),
	a0: () => importRows(0),
	b: async () => [await verifyRow()],
	b2: async () => [await changedRow()],
	c: stagesRows,
	d: storeRows,
	e: resumeRows,
	f: async () => [await linksRow(9)],
	f0: async () => [await linksRow(0)],
	g: gatewayRows,
	h: collectionRows,
	i: remoteRows,
	j: remoteGatewayRows,
	k: registryRows,
	l: waitingRows,
	m: eventsRows,
	n: observedRows,
	o: metricsRows,
	r: async () => [await refreshRow()],
	s: loginsRows,
	t: authenticatedRows,
	u: async () => [await configRow()],
	v: async () => [await flagsRow()],
	w: gatewayLayerRows,
	x: crowdRows
};
const PARTS: Readonly<Record<string, (args: readonly string[]) => Promise<unknown>>> = {
	stages,
	begin,
	resume,
	collection: collectionPart,
	calls,
	worker,
	resting,
	joining,
	"remote-gateway": remoteGateway,
	authenticated,
	metered,
	crowded,
	hashing,
	"logging-in": loggingIn,
	refreshing,
	following,
	writing,
	answering,
	layered,
	crowd,
	held
};

async function main([first, name = "", ...args]: readonly string[]): Promise<void> {
	if (first === "--part" && name === "record") return record(args);
	if (first === "--part" && name === "serve") return serve(args);
	if (first === "--part") {
		process.stdout.write(`${JSON.stringify(await PARTS[name]?.(args))}\n`);
		return;
	}
	const wanted = first === undefined ? Object.keys(ROWS) : process.argv.slice(2);
	for (const row of wanted) {
		const measure = ROWS[row];
		if (!measure) throw new Error(`There is no row '${row}'; there are: ${Object.keys(ROWS).join(", ")}.`);
		writeResults(row, await measure());
	}
}

main(process.argv.slice(2)).catch((error: unknown) => {
	process.stderr.write(`${(error as Error).stack || (error as Error).message}\n`);
	process.exit(1);
});
