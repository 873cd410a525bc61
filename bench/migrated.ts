/** A whole migration by the built command between two sample panels, and what its own events say of its pace. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { banyan, openPanel, type Panel } from "./children";
import { built } from "./product";

const { openSqliteStore } = built<typeof import("../adapters/eventstore")>("adapters/eventstore");

/** After `ms`, so many users of the stream were done in all. */
export interface Mark {
	readonly ms: number;
	readonly done: number;
}

export interface Migrated extends AsyncDisposable {
	readonly source: Panel;
	readonly target: Panel;
	/** Where Banyan kept what must last. */
	readonly dataDir: string;
	/** Users created, as the copy counted its batches. */
	readonly copied: readonly Mark[];
	/** Users compared, as the comparison counted its pages. */
	readonly compared: readonly Mark[];
	/** Compares once more; users compared, as that counted its pages. */
	compareAgain(): Promise<readonly Mark[]>;
}

/** A panel's own job starts users by the clock: what a slow run then compares has changed. */
const NO_JOB = ["--job-seconds", "0"];

/** @param users made-up ones, beside the 999 recorded */
export async function migrate(users: number, createMs: number, log?: string): Promise<Migrated> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	const source = await openPanel("marzneshin", "--users", `${users}`, ...NO_JOB);
	const target = await openPanel("marzban", "--create-ms", `${createMs}`, ...NO_JOB);
	const login = { username: "admin", password: "admin123" };
	const definition = {
		name: "bench",
		source: { connector: "marzneshin", url: source.url, ...login },
		target: { connector: "marzban", url: target.url, ...login }
	};
	writeFileSync(join(folder, "bench.json"), JSON.stringify(definition));
	const own = { DATA_DIR: join(folder, "data"), LOG_LEVEL: "warn" };
	await banyan(["migration", "run", join(folder, "bench.json"), "--json"], own, log ? { log } : {});
	const marks = await marksIn(join(folder, "data", "events.db"));
	return {
		source,
		target,
		dataDir: own.DATA_DIR,
		...marks,
		compareAgain: async () => {
			await banyan(["migration", "compare", "bench", "--json"], own);
			return (await marksIn(join(folder, "data", "events.db"))).compared;
		},
		[Symbol.asyncDispose]: async () => {
			await source[Symbol.asyncDispose]();
			await target[Symbol.asyncDispose]();
			rmSync(folder, { recursive: true, force: true });
		}
	};
}

interface Counted {
	readonly stream: string;
	readonly compared: number;
	readonly outcomes: { readonly created: number };
}

async function marksIn(file: string): Promise<Pick<Migrated, "copied" | "compared">> {
	const marks = { copied: [] as Mark[], compared: [] as Mark[] };
	const store = openSqliteStore(file, { access: "read" });
	for await (const { event, at } of store.read("migration/bench")) {
		const { stream, compared, outcomes } = event.data as Counted;
		// Another listing begins.
		if (stream === "users" && event.type === "again") marks.compared = [];
		if (stream !== "users" || !(event.type === "copied" || event.type === "compared")) continue;
		const kind = marks[event.type];
		const more = event.type === "copied" ? outcomes.created : compared;
		kind.push({ ms: Date.parse(at), done: (kind.at(-1)?.done ?? 0) + more });
	}
	await store.close();
	return marks;
}

/** Users a second between two marks. */
export const pace = (from: Mark, to: Mark): number => ((to.done - from.done) / (to.ms - from.ms)) * 1000;
