/** Answers that go on: what happens as server-sent events, long lists as lines of JSON. Both end at the gateway. */

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Broker, Meta } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { settingsFor } from "../../../cluster/settings";
import type { Live } from "../../../contracts/contract";
import { gateway, type Limits } from "../../../contracts/platform/gateway";
import type { Route } from "../../../domain/platform/routes";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callByName } from "./by-name";
import { callOf, header } from "./call";
import { type Listening, topicOf, type Wakes } from "./wakes";

/** How long a stream may be silent before it says that it lives, in ms. */
const HEARTBEAT_MS = 15_000;
/** How long until a client that lost its stream asks again, in ms. */
const RETRY_MS = 2_000;

/** A page of whatever an action lists; `id` of a line is where to go on. */
interface Page {
	readonly lines: readonly { readonly id?: unknown }[];
	readonly next: unknown;
}
type Fields = Readonly<Record<string, unknown>>;

/** Who asks, with each look anew: a stream may go on for longer than any word on them holds. */
type Asker = Pick<Meta, "caller" | "correlationId">;

function askerOf(req: WebRequest): Asker {
	const { caller, correlationId } = callOf(req);
	return { correlationId, ...(caller && { caller }) };
}

/** A stream under way. */
interface Following {
	readonly broker: Broker;
	readonly action: string;
	readonly live: Live;
	readonly fields: Fields;
	readonly asker: Asker;
	readonly wakes: Wakes;
	readonly res: WebResponse;
}

/**
 * Writes what was recorded, then what comes: `id` is where to go on (`Last-Event-ID`). The event that the contract names
 * only wakes it: what it says it reads from the action, so nothing is missed and nothing needs to be kept.
 */
export async function follow(
	broker: Broker,
	wakes: Wakes,
	{ action, live }: Pick<Route, "action"> & { readonly live: Live },
	req: WebRequest,
	res: WebResponse
): Promise<void> {
	const { after: asked, ...fields } = req.$params as Fields;
	const begin = header(req, "last-event-id") ?? asked ?? null;
	const following = { broker, action, live, fields, asker: askerOf(req), wakes, res };
	// Before anything is read: what comes behind it is news.
	const listening = wakes.listen(topicOf(live.wakes, fields[live.by]));
	try {
		// What is wrong with the request is said before the stream begins.
		await told(following, listening, await pageOf(following, begin), begin, req);
	} finally {
		listening.end();
	}
}

async function told(
	following: Following,
	listening: Listening,
	first: Page,
	begin: unknown,
	{ method }: WebRequest
): Promise<void> {
	const { broker, res } = following;
	res.writeHead(200, {
		"Content-Type": "text/event-stream; charset=utf-8",
		"Cache-Control": "no-store",
		"X-Accel-Buffering": "no"
	});
	if (method === "HEAD") return void res.end();
	await write(broker, res, `retry: ${RETRY_MS}\n\n`);
	await goOn(following, listening, pages(following, first, begin));
}

async function goOn(following: Following, listening: Listening, all: AsyncIterable<Page>): Promise<void> {
	const { broker, wakes, res, live } = following;
	try {
		for await (const { lines, next } of all) {
			if (lines.length > 0) await write(broker, res, lines.map(line => eventOf(live.line, line)).join(""));
			if (next === null && lines.length > 0) await write(broker, res, await stateOf(following));
			if (next === null) await news(following, listening);
			if (res.destroyed || wakes.over) return;
		}
	} finally {
		res.end();
	}
}

const LINES_A_PAGE = 500;

const pageOf = ({ broker, action, fields, asker }: Following, after: unknown): Promise<Page> =>
	callByName<Page>(broker, action, { ...fields, after, limit: LINES_A_PAGE }, { ...asker });

/** From the first page on, without an end. */
async function* pages(following: Following, first: Page, begin: unknown): AsyncGenerator<Page> {
	let after = begin;
	for (let page = first; ; page = await pageOf(following, after)) {
		yield page;
		after = page.lines.at(-1)?.id ?? after;
	}
}

/** Waits for news; says that the stream lives when there are none. An event may be lost on its way: then, too, it reads. */
async function news({ broker, wakes, res }: Following, listening: Listening): Promise<void> {
	if (res.destroyed || wakes.over) return;
	const since = new AbortController();
	const closed = once(res, "close", since).then(() => "late" as const);
	const how = await Promise.race([listening.wait(HEARTBEAT_MS), closed]);
	since.abort();
	if (how === "late") await write(broker, res, ": alive\n\n");
}

const eventOf = (name: string, line: { readonly id?: unknown }): string =>
	`id: ${line.id}\nevent: ${name}\ndata: ${JSON.stringify(line)}\n\n`;

/** After a run of lines, where the contract names it. */
async function stateOf({ broker, live: { state, by }, fields, asker }: Following): Promise<string> {
	if (state === undefined) return "";
	const said = await callByName(broker, state, { [by]: fields[by] }, { ...asker });
	return `event: ${state.slice(state.indexOf(".") + 1)}\ndata: ${JSON.stringify(said)}\n\n`;
}

/** So many streams of one caller at once, and of all together. */
export class Streams {
	private readonly counts = new Map<string, number>();
	private all = 0;

	constructor(private readonly limits: Pick<Limits, "streams" | "streamsEach">) {}

	/** @throws LIMIT_REACHED · OVERLOADED */
	async for(req: WebRequest, work: () => Promise<void>): Promise<void> {
		const id = callOf(req).caller?.id ?? "";
		const mine = this.counts.get(id) ?? 0;
		if (mine >= this.limits.streamsEach)
			throw failure(
				"LIMIT_REACHED",
				`${gateway.settings.streamsEach.variable} is reached: close one of your streams, then ask again.`
			);
		if (this.all >= this.limits.streams)
			throw failure("OVERLOADED", `${gateway.settings.streams.variable} is reached: ask again in a moment.`);
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

/** All lines of a list, one JSON a line; a client that reads slowly is waited for. */
export async function writeLines(broker: Broker, action: string, req: WebRequest, res: WebResponse): Promise<void> {
	const params = req.$params as Fields;
	const asker = askerOf(req);
	let page = await callByName<Page>(broker, action, params, { ...asker });
	res.writeHead(200, { "Content-Type": "application/x-ndjson; charset=utf-8", "Cache-Control": "no-store" });
	if (req.method === "HEAD") return void res.end();
	try {
		for (;;) {
			if (page.lines.length > 0) await write(broker, res, page.lines.map(line => `${JSON.stringify(line)}\n`).join(""));
			if (page.next === null || res.destroyed) break;
			page = await callByName<Page>(broker, action, { ...params, after: page.next }, { ...asker });
		}
		res.end();
	} catch (error) {
		// Half a list must not look like a whole one.
		res.destroy();
		throw error;
	}
}

/** How long a reader may take nothing, in ms. */
const stallOf = (broker: Broker): number => settingsFor(broker, gateway).streamStall * 1000;

async function write(broker: Broker, res: ServerResponse, text: string): Promise<void> {
	if (text === "" || res.destroyed || res.write(text)) return;
	const since = new AbortController();
	// Who takes nothing holds a page of lines, and a place.
	const stalled = setTimeout(() => {
		broker.metrics.increment(gateway.metrics.stalled.name);
		res.destroy();
	}, stallOf(broker));
	await Promise.race([once(res, "drain", since), once(res, "close", since)]);
	clearTimeout(stalled);
	// Or each wait would leave a listener behind.
	since.abort();
}
