/** (e) A run of many users that was stopped near its end: how long until it is folded, and until it writes again. */

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { part } from "./children";
import { DOCUMENT, openBench } from "./ends";
import { type Figure, median, megabytes, milliseconds, NotMeasured, perSecond, say, scaled, whole } from "./figures";
import { built } from "./product";

const ROUNDS = 3;
/** Of the users, when the run is stopped. */
const SHARE = 0.95;

interface Resumed {
	/** Opening the store, folding the run, naming the next step. */
	readonly foldMs: number;
	/** From opening the node until the first write at the target. */
	readonly firstWriteMs: number;
	/** Of that, until the node was open. */
	readonly openMs: number;
	readonly peakMb: number;
	readonly read: number;
}
interface Built {
	readonly rate: number;
	readonly peakMb: number;
}

export async function resumeRows(): Promise<Figure[]> {
	const users = scaled(200_000);
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	try {
		const made = await part<Built>("begin", [folder, `${users}`]);
		say(`(e) begun: ${perSecond(made.rate)}, ${megabytes(made.peakMb)}`);
		const resumed: Resumed[] = [];
		for (let round = 1; round <= ROUNDS; round++) resumed.push(await part<Resumed>("resume", [folder, `${users}`]));
		return figures(users, folder, made, resumed);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function figures(users: number, folder: string, made: Built, resumed: readonly Resumed[]): Figure[] {
	const of = (key: keyof Resumed): number => median(resumed.map(each => each[key]));
	const [fold, first] = [of("foldMs"), of("firstWriteMs")];
	const size = megabytes(statSync(join(folder, "events.db")).size / 2 ** 20);
	if (of("read") < users * SHARE)
		throw new NotMeasured(`Of ${users} users ${of("read")} were read before the run was stopped.`);
	const run = `a run of ${whole(users)} users, ${whole(of("read"))} of them read`;
	return [
		{
			row: "e",
			what: `the store opened, the run folded, its next step named: ${run}`,
			measured: milliseconds(fold),
			peer: "",
			ratio: null,
			goal: "< 0.3 s",
			met: fold < 300,
			note: `events.db has ${size}.`
		},
		{
			row: "e",
			what: `from opening a node to the first write: ${run}`,
			measured: milliseconds(first),
			peer: "",
			ratio: null,
			goal: "< 0.3 s",
			met: first < 300,
			note: `${milliseconds(of("openMs"))} of it until the node is open.`
		},
		{
			row: "e",
			what: `users copied with all that a run records: intents, results, links; target counts, ${whole(users * SHARE)} of them`,
			measured: perSecond(made.rate),
			peer: "",
			ratio: null,
			goal: "reported only",
			met: null,
			note: `Peak resident memory ${megabytes(made.peakMb)}.`
		}
	];
}

/** In a process of its own: begins the run, and halts it. */
export async function begin([folder, users]: readonly string[]): Promise<Built> {
	const wanted = Math.floor(Number(users) * SHARE);
	let read = 0;
	const { broker } = await openBench(Number(users), String(folder));
	await broker.call("migration.plan", { document: DOCUMENT });
	const began = performance.now();
	await broker.call("migration.start", { name: "bench", backupTaken: true });
	while (read < wanted) {
		await new Promise(resolve => setTimeout(resolve, 50));
		const status = await broker.call("migration.status", { name: "bench" });
		if (status.failure) throw new Error(status.failure.message);
		read = status.streams.find(({ stream }) => stream === "users")?.read ?? 0;
	}
	const rate = (read / (performance.now() - began)) * 1000;
	await broker.call("migration.halt", { name: "bench" });
	await broker.stop();
	return { rate, peakMb: process.resourceUsage().maxRSS / 1024 };
}

/** The password of the bench's panels is no secret. */
const AS_IT_IS = <T>(definition: T): T => definition;

/** In a process of its own: folds the run, then goes on with it until it writes, and halts. */
export async function resume([folder, users]: readonly string[]): Promise<Resumed> {
	const { openSqliteStore, versioned } = built<typeof import("../adapters/eventstore")>("adapters/eventstore");
	const { openProjections } = built<typeof import("../adapters/projections")>("adapters/projections");
	const { Folds } = built<typeof import("../services/migration/run/folds")>("services/migration/run/folds");
	const { nextStep } = built<typeof import("../domain/migration/next-step")>("domain/migration/next-step");
	const folding = performance.now();
	const store = versioned(openSqliteStore(join(String(folder), "events.db")));
	const projections = openProjections(join(String(folder), "projections.db"), { access: "write" });
	const [open, seal] = [AS_IT_IS, AS_IT_IS];
	const run = await new Folds({ store, projections, open, seal }).own("bench");
	if (!run || nextStep(run).kind !== "copy") throw new Error("There is no run to go on with.");
	const foldMs = performance.now() - folding;
	await store.close();
	projections.close();
	const written = Promise.withResolvers<void>();
	const { broker, counts, openedIn, startedAt } = await openBench(Number(users), String(folder), () =>
		written.resolve()
	);
	await broker.call("migration.start", { name: "bench", backupTaken: true });
	await written.promise;
	const firstWriteMs = (counts.firstWriteAt as number) - startedAt;
	await broker.call("migration.halt", { name: "bench" });
	await broker.stop();
	const read = run.streams.reduce((sum, { ids }) => sum + ids.size, 0);
	return { foldMs, firstWriteMs, openMs: openedIn, peakMb: process.resourceUsage().maxRSS / 1024, read };
}
