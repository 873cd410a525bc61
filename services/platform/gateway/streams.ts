/** Answers that go on: a migration's log as server-sent events, long reports as lines of JSON. Both end at the gateway. */

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { settingsOf } from "../../../cluster/settings";
import type { Lines, LogLine } from "../../../contracts/migration/migration";
import { LIMITS, type Limits } from "../../../contracts/platform/limits";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callOf, header } from "./call";

/** How long a stream may be silent before it says that it lives, in ms. */
const HEARTBEAT_MS = 15_000;
/** How long until a client that lost its stream asks again, in ms. */
const RETRY_MS = 2_000;

/** Everyone who waits for more of a migration. */
export class Wakes {
	private readonly waiting = new Map<string, Set<() => void>>();
	private closed = false;

	/** There is more to read of it. */
	wake(name: string): void {
		for (const wake of this.waiting.get(name) ?? []) wake();
	}

	/** All streams end. */
	close(): void {
		this.closed = true;
		for (const waiting of this.waiting.values()) for (const wake of waiting) wake();
	}

	get over(): boolean {
		return this.closed;
	}

	/** Woken, or after `ms`, whichever comes first. `armed` looks once more before it waits. */
	listen(name: string): { wait(ms: number): Promise<"woken" | "late">; end(): void } {
		let woken = false;
		let tell: (() => void) | undefined;
		const wake = (): void => {
			woken = true;
			tell?.();
		};
		const waiting = this.waiting.get(name) ?? new Set();
		this.waiting.set(name, waiting.add(wake));
		return {
			wait: ms =>
				new Promise(resolve => {
					const done = (how: "woken" | "late"): void => {
						clearTimeout(timer);
						tell = undefined;
						woken = false;
						resolve(how);
					};
					const timer = setTimeout(() => done("late"), ms);
					tell = () => done("woken");
					if (woken || this.closed) done("woken");
				}),
			end: () => {
				tell?.();
				waiting.delete(wake);
				if (waiting.size === 0) this.waiting.delete(name);
			}
		};
	}
}

/**
 * Writes what was recorded of a migration, then what comes: `id` is where to go on (`Last-Event-ID`), `event` is `log` or,
 * after each run of lines, `status`. Events only wake it; what it says it reads from the store.
 */
export async function followLog(broker: Broker, wakes: Wakes, req: WebRequest, res: WebResponse): Promise<void> {
	const { name, after: asked } = req.$params as { name: string; after?: string };
	const begin = header(req, "last-event-id") ?? asked ?? null;
	// What is wrong with the request is said before the stream begins.
	const first = await broker.call("migration.log", { name, after: begin, limit: LINES_A_PAGE });
	res.writeHead(200, {
		"Content-Type": "text/event-stream; charset=utf-8",
		"Cache-Control": "no-store",
		"X-Accel-Buffering": "no"
	});
	if (req.method === "HEAD") return void res.end();
	await write(broker, res, `retry: ${RETRY_MS}\n\n`);
	await goOn(broker, wakes, res, pages(broker, name, first, begin), name);
}

async function goOn(
	broker: Broker,
	wakes: Wakes,
	res: WebResponse,
	log: AsyncIterable<Lines<LogLine>>,
	name: string
): Promise<void> {
	const listening = wakes.listen(name);
	try {
		for await (const { lines, next } of log) {
			if (lines.length > 0) await write(broker, res, lines.map(eventOf).join(""));
			if (next === null && lines.length > 0) await write(broker, res, await statusEvent(broker, name));
			if (next === null) await news(broker, listening, wakes, res);
			if (res.destroyed || wakes.over) return;
		}
	} finally {
		listening.end();
		res.end();
	}
}

const LINES_A_PAGE = 500;

/** The log from its first page on, without an end. */
async function* pages(
	broker: Broker,
	name: string,
	first: Lines<LogLine>,
	begin: string | null
): AsyncGenerator<Lines<LogLine>> {
	let after = begin;
	for (let page = first; ; page = await broker.call("migration.log", { name, after, limit: LINES_A_PAGE })) {
		yield page;
		after = page.lines.at(-1)?.id ?? after;
	}
}

/** Waits for news; says that the stream lives when there are none. An event may be lost on its way: then, too, it reads. */
async function news(
	broker: Broker,
	listening: ReturnType<Wakes["listen"]>,
	wakes: Wakes,
	res: WebResponse
): Promise<void> {
	if (res.destroyed || wakes.over) return;
	const since = new AbortController();
	const closed = once(res, "close", since).then(() => "late" as const);
	const how = await Promise.race([listening.wait(HEARTBEAT_MS), closed]);
	since.abort();
	if (how === "late") await write(broker, res, ": alive\n\n");
}

const eventOf = (line: LogLine): string => `id: ${line.id}\nevent: log\ndata: ${JSON.stringify(line)}\n\n`;

const statusEvent = async (broker: Broker, name: string): Promise<string> =>
	`event: status\ndata: ${JSON.stringify(await broker.call("migration.status", { name }))}\n\n`;

/** So many streams of one key at once, and of all together. */
export class Streams {
	private readonly counts = new Map<string, number>();
	private all = 0;

	constructor(private readonly limits: Pick<Limits, "streams" | "streamsEach">) {}

	/** @throws LIMIT_REACHED · OVERLOADED */
	async for(req: WebRequest, work: () => Promise<void>): Promise<void> {
		const id = callOf(req).key?.id ?? "";
		const mine = this.counts.get(id) ?? 0;
		if (mine >= this.limits.streamsEach)
			throw failure(
				"LIMIT_REACHED",
				`${LIMITS.streamsEach.variable} is reached: close one of your streams, then ask again.`
			);
		if (this.all >= this.limits.streams)
			throw failure("OVERLOADED", `${LIMITS.streams.variable} is reached: ask again in a moment.`);
		this.counts.set(id, mine + 1);
		this.all++;
		try {
			await work();
		} finally {
			this.all--;
			const left = (this.counts.get(id) ?? 1) - 1;
			if (left > 0) this.counts.set(id, left);
			else this.counts.delete(id);
		}
	}
}

export type LinesAction = "migration.report" | "migration.diff" | "migration.links";

/** All lines of a report, one JSON a line; a client that reads slowly is waited for. */
export async function writeLines(
	broker: Broker,
	action: LinesAction,
	req: WebRequest,
	res: WebResponse
): Promise<void> {
	const params = req.$params as Record<string, unknown>;
	let page = await linesOf(broker, action, params);
	res.writeHead(200, { "Content-Type": "application/x-ndjson; charset=utf-8", "Cache-Control": "no-store" });
	if (req.method === "HEAD") return void res.end();
	try {
		for (;;) {
			if (page.lines.length > 0) await write(broker, res, page.lines.map(line => `${JSON.stringify(line)}\n`).join(""));
			if (page.next === null || res.destroyed) break;
			page = await linesOf(broker, action, { ...params, after: page.next });
		}
		res.end();
	} catch (error) {
		// Half a report must not look like a whole one.
		res.destroy();
		throw error;
	}
}

const linesOf = (broker: Broker, action: LinesAction, params: object): Promise<Lines<unknown>> =>
	broker.call(action, params as never) as Promise<Lines<unknown>>;

/** Nobody is told of these: they take no answer. */
export const STALLED = {
	type: "counter",
	name: "banyan.streams.stalled",
	description: "Streams that were closed since nobody read them."
} as const;

/** How long a reader may take nothing, in ms. */
const stallOf = (broker: Broker): number => settingsOf(broker).limits.streamStall * 1000;

async function write(broker: Broker, res: ServerResponse, text: string): Promise<void> {
	if (res.destroyed || res.write(text)) return;
	const since = new AbortController();
	// Who takes nothing holds a page of lines, and a place.
	const stalled = setTimeout(() => {
		broker.metrics.increment(STALLED.name);
		res.destroy();
	}, stallOf(broker));
	await Promise.race([once(res, "drain", since), once(res, "close", since)]);
	clearTimeout(stalled);
	// Or each wait would leave a listener behind.
	since.abort();
}
