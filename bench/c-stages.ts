/** (c) Many users through extract, transform, validate and a target that counts, every step a call of the broker. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceRecord } from "../contracts/migration/records";
import { part } from "./children";
import { DOCUMENT, openBench, SOURCE, TARGET } from "./ends";
import { type Figure, median, megabytes, mustBe, perSecond, say, scaled, whole } from "./figures";
import { built } from "./product";

const FEW = 10_000;
const ROUNDS = 3;
/** A heap that a small machine can give. */
const HEAP_MB = 128;

interface Measured {
	readonly written: number;
	readonly rate: number;
	/** The most memory the process ever held, in MB. */
	readonly peakMb: number;
}

export async function stagesRows(): Promise<Figure[]> {
	const many = scaled(1_000_000);
	const free = await fewAndMany(many);
	const limited = await fewAndMany(many, HEAP_MB);
	const generated = await part<Measured>("stages", [`${scaled(200_000)}`, "extract"]);
	const { rate, written } = free.through;
	return [
		{
			row: "c",
			what: `users through the four stages in one process, ${whole(many)} of them, in batches of 100`,
			measured: perSecond(rate),
			peer: `${perSecond(generated.rate)} only made up and paged by the extractor`,
			ratio: rate / generated.rate,
			goal: "≥ 20,000/s",
			met: rate >= 20_000,
			note: `${whole(written)} reached the target. With a heap of ${HEAP_MB} MB: ${perSecond(limited.through.rate)}.`
		},
		memory(
			many,
			free,
			"The heap has no cap; both begin as `banyan` and `make start` do, with --max-semi-space-size=16."
		),
		memory(many, limited, `Both with --max-old-space-size=${HEAP_MB}: what is needed does not grow with the users.`)
	];
}

interface FewAndMany {
	readonly fewMb: number;
	readonly through: Measured;
}

async function fewAndMany(many: number, heapMb?: number): Promise<FewAndMany> {
	const few: Measured[] = [];
	for (let round = 1; round <= ROUNDS; round++) few.push(await part<Measured>("stages", [`${FEW}`], heapMb));
	const through = await part<Measured>("stages", [`${many}`], heapMb);
	say(`(c) ${perSecond(through.rate)}, ${megabytes(through.peakMb)}`);
	return { fewMb: median(few.map(({ peakMb }) => peakMb)), through };
}

function memory(many: number, { fewMb, through: { peakMb } }: FewAndMany, note: string): Figure {
	const more = peakMb - fewMb;
	return {
		row: "c",
		what: `peak resident memory for ${whole(many)} users`,
		measured: megabytes(peakMb),
		peer: `${megabytes(fewMb)} for ${whole(FEW)} users`,
		ratio: peakMb / fewMb,
		goal: "within 100 MB",
		met: more <= 100,
		note: `${more >= 0 ? "+" : ""}${whole(more)} MB. ${note}`
	};
}

/** In a process of its own. `extract` alone tells what making the users up costs. */
export async function stages([users, only]: readonly string[]): Promise<Measured> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	const { broker, counts, facts } = await openBench(Number(users), folder);
	const { knownSystems, SYSTEMS } = built<typeof import("../mixins/systems")>("mixins/systems");
	const { prepare } = built<typeof import("../services/migration/run/prepare")>("services/migration/run/prepare");
	const { loadMappings } = built<typeof import("../domain/migration/mappings")>("domain/migration/mappings");
	const { readDefinition } = built<typeof import("../domain/migration/definition")>("domain/migration/definition");
	const read = readDefinition(DOCUMENT, knownSystems(SYSTEMS));
	if (!read.ok) throw new Error(JSON.stringify(read.problems));
	const mapping = (await loadMappings()).between("marzneshin", "marzban");
	if (!mapping) throw new Error("There is no mapping between the two panels.");
	const context = mapping.contextOf(facts.source.facts, facts.target.facts, read.definition);
	const run = { mapping: mapping.name, context };
	let cursor: string | null = null;
	let seen = 0;
	const began = performance.now();
	do {
		const asked = { connection: SOURCE, stream: "users", cursor, limit: 100 };
		const page: { records: readonly SourceRecord[]; next: string | null } = await broker.call("extractor.page", asked);
		cursor = page.next;
		seen += page.records.length;
		if (only === "extract") continue;
		const transformed = await prepare({ broker, run }, "users", page.records);
		const records = transformed.flatMap(({ id, target }) => (target ? [{ id, ...target, before: null }] : []));
		const lease = { token: "1", remainingMs: 60_000, sentAt: Date.now() };
		await broker.call("importer.write", { connection: TARGET, stream: "users", conflict: "skip", lease, records });
	} while (cursor !== null);
	const rate = (seen / (performance.now() - began)) * 1000;
	mustBe("users that were read", seen, Number(users));
	if (only !== "extract") mustBe("users that reached the target", counts.written, seen);
	await broker.stop();
	rmSync(folder, { recursive: true, force: true });
	return { written: counts.written, rate, peakMb: process.resourceUsage().maxRSS / 1024 };
}
