/**
 * Ends that cost next to nothing: a source that makes its users up, a target that counts. They take the places of the
 * two panels in this process alone; what the panels would say of themselves is asked of the samples once.
 */

import { mkdirSync } from "node:fs";
import type { Check, Source, Target, Write } from "../connectors/connector";
import type { Json } from "../contracts/json";
import type { SourceRecord, TargetRecord } from "../contracts/migration/records";
import { built } from "./product";

const table = built<typeof import("../connectors")>("connectors");
const { userFingerprint } = built<typeof import("../connectors/marzban/records")>("connectors/marzban/records");
const { generate } = built<typeof import("../demo/panels/generate")>("demo/panels/generate");
const { startMarzneshin } = built<typeof import("../demo/panels/marzneshin")>("demo/panels/marzneshin");
const { startMarzban } = built<typeof import("../demo/panels/marzban")>("demo/panels/marzban");
const { openNode } = built<typeof import("../node")>("node");

/** Users that differ; the others are these again under other names. */
const DIFFERENT = 10_000;

export interface Counts {
	written: number;
	/** Set at the first write. */
	firstWriteAt: number | undefined;
}

export const SOURCE = { connector: "marzneshin", url: "http://127.0.0.1:1", username: "admin", password: "admin123" };
export const TARGET = { ...SOURCE, connector: "marzban" };
export const DOCUMENT = JSON.stringify({ name: "bench", source: SOURCE, target: TARGET });

/** A node of this process whose panels are the made-up ones, with so many users. */
export async function openBench(users: number, dataDir: string, onWrite: (written: number) => void = () => undefined) {
	const counts: Counts = { written: 0, firstWriteAt: undefined };
	const facts = await panelFacts();
	const { sources, targets } = table as unknown as Record<"sources" | "targets", Record<string, { open: unknown }>>;
	const source = generatedSource(users, facts.source);
	const target = countingTarget(counts, facts.target, onWrite);
	sources.marzneshin = { ...sources.marzneshin, open: () => source };
	targets.marzban = { ...targets.marzban, open: () => target };
	mkdirSync(dataDir, { recursive: true });
	const startedAt = performance.now();
	const settings = { DATA_DIR: dataDir, LOG_LEVEL: "error" };
	const broker = await openNode({ access: "write", resume: false, own: true, logFile: 2, logLevel: "error" }, settings);
	await broker.waitForServices(["extractor", "transformer", "validator", "importer", "verifier", "migration", "links"]);
	return { broker, counts, facts, startedAt, openedIn: performance.now() - startedAt };
}

/** What the checks of both connectors find at the sample panels. */
async function panelFacts(): Promise<{ source: Check; target: Check }> {
	const panels = await Promise.all([startMarzneshin({ createMs: 0, loginMs: 0 }), startMarzban({ loginMs: 0 })]);
	const source = table.sources.marzneshin?.open({ ...SOURCE, url: panels[0].url }) as Source;
	const target = table.targets.marzban?.open({ ...TARGET, url: panels[1].url }) as Target;
	const facts = { source: await source.check(), target: await target.check() };
	await Promise.all([source, target, ...panels].map(each => each.close()));
	return facts;
}

/** The users as the panel shows them; a page is made when it is read. */
function generatedSource(users: number, check: Check): Source {
	const different = generate(Math.min(users, DIFFERENT)) as unknown as Json[];
	const user = (index: number): SourceRecord => {
		const id = String(index + 1);
		const from = different[index % different.length] as Json;
		const name = `${String(from.username).replace(/_g\d+/, "")}_g${id}`.toLowerCase();
		const used = String(from.used_traffic);
		const limit = from.data_limit === null ? null : String(from.data_limit);
		return {
			id,
			name,
			data: {
				...from,
				id: index + 1,
				username: name,
				subscription_url: `http://127.0.0.1/sub/${name}/${from.key}`,
				used_traffic: used,
				lifetime_used_traffic: String(from.lifetime_used_traffic),
				data_limit: limit,
				data_limit_reached: limit !== null && Number(used) >= Number(limit),
				expired: false,
				is_active: true
			}
		};
	};
	const count = async (stream: string): Promise<number> => (stream === "users" ? users : 0);
	return {
		spec: table.sources.marzneshin?.spec as Source["spec"],
		check: async () => check,
		discover: async () => [
			{ stream: "admins", count: 0 },
			{ stream: "users", count: users }
		],
		count,
		fingerprint: () => "",
		find: async () => undefined,
		close: async () => undefined,
		read: async (stream, cursor, limit) => {
			const total = await count(stream);
			const from = Number(cursor ?? 0);
			const to = Math.min(total, from + limit);
			const records = Array.from({ length: to - from }, (_, index) => user(from + index));
			return { records, next: to < total ? String(to) : null, total };
		}
	};
}

function countingTarget(counts: Counts, check: Check, onWrite: (written: number) => void): Target {
	return {
		spec: table.targets.marzban?.spec as Target["spec"],
		check: async () => check,
		discover: async () => [],
		count: async () => 0,
		fingerprint: (_stream, data) => userFingerprint(data),
		find: async () => [],
		read: async () => ({ records: [], next: null, total: 0 }),
		close: async () => undefined,
		undo: async () => "restored",
		write: async (_stream, { name, data }: Write): Promise<TargetRecord> => {
			counts.firstWriteAt ??= performance.now();
			onWrite(++counts.written);
			return { name, data: { ...data, subscription_url: `http://127.0.0.1/sub/${name}` } };
		}
	};
}
