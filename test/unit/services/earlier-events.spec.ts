/** A store of e3da458, whose events have no versions, comes to what that commit said of it: `folded.json` is its own answer. */

import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore, versioned } from "../../../adapters/eventstore";
import { openMemoryProjections } from "../../../adapters/projections";
import { factsOf } from "../../../domain/migration/status";
import { Folds } from "../../../services/migration/run/folds";
import { changedLines, differenceLines, logLines, reportLines, type Told } from "../../../services/migration/run/lines";
import { Lists } from "../../../services/migration/run/lists";

const FIXTURE = join(__dirname, "../../fixtures/data-folder/e3da458");
interface Said {
	readonly status: Record<string, unknown> & { readonly streams: readonly Record<string, unknown>[] };
	readonly log: readonly { readonly at: string; readonly event: string }[];
	readonly lines: Readonly<Record<string, { readonly report: readonly unknown[]; readonly diff: readonly unknown[] }>>;
}
const SAID: Readonly<Record<string, Said>> = JSON.parse(readFileSync(join(FIXTURE, "folded.json"), "utf8"));

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "banyan-events-"));
	cpSync(join(FIXTURE, "server"), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Page<L> = (after: string | null) => Promise<{ readonly lines: readonly L[]; readonly next: string | null }>;
async function whole<L>(page: Page<L>): Promise<L[]> {
	const lines: L[] = [];
	let after: string | null = null;
	do {
		const read: Awaited<ReturnType<Page<L>>> = await page(after);
		lines.push(...read.lines);
		after = read.next;
	} while (after !== null);
	return lines;
}

/** How many, of each code: the sentences are each release's own. */
const counts = (said: unknown): unknown =>
	Object.fromEntries(
		Object.entries(said as Record<string, { count?: number; severities?: object }>).map(([code, each]) => {
			const severities = each.severities ?? each;
			return [code, each.count ?? Object.values(severities).reduce((sum: number, more) => sum + Number(more), 0)];
		})
	);

/** Without the sentences, and what the old one had beside the facts. */
const comparable = (status: object): unknown => {
	const { streams, cautions: _, running: _running, waiting: _waiting, ...facts } = status as Said["status"];
	const tallied = streams.map(({ quarantine, losses, ...stream }) => {
		return { ...stream, quarantine: counts(quarantine), losses: counts(losses) };
	});
	return { ...facts, streams: tallied };
};

it.each(Object.keys(SAID))("the run '%s'", async name => {
	const store = versioned(openSqliteStore(join(folder, "events.db")));
	const projections = openMemoryProjections();
	const folds = new Folds({ store, projections, open: all => all, seal: all => all });
	const lists = new Lists(store, projections);
	const [view, said] = [await folds.view(name), SAID[name] as Said];
	const own = await folds.own(name);
	if (!view || !own) throw new Error("There is no such run.");
	expect(view.status).toEqual(factsOf(own));
	expect(comparable(view.status)).toEqual(comparable(said.status));
	for (const stream of view.streams) {
		const told: Told = { lists, name, stream };
		const diff: Page<unknown> = after =>
			view.phase === "rolled-back" ? changedLines(told, after) : differenceLines(told, after, () => "");
		expect({
			report: await whole(after => reportLines(told, after, () => undefined)),
			diff: await whole(diff)
		}).toEqual(said.lines[stream.stream]);
	}
	const log = (await logLines(store, name, null, 1_000)).lines;
	expect(log.map(({ at, event }) => ({ at, event }))).toEqual(said.log.map(({ at, event }) => ({ at, event })));
	await store.close();
});
