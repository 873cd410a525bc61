/**
 * What is too large for the bus goes from node to node over HTTP, and a claim on it in its place: packets beyond what NATS
 * takes, and streams of bytes, whatever their size. NATS has no back-pressure and cannot be told that nobody wants the rest.
 */

import { Readable } from "node:stream";
import type { Middleware, ServiceBroker } from "moleculer";
import { type Claim, isClaim } from "../adapters/claims/claim";
import { Fetching } from "../adapters/claims/fetching";
import { failedAnswer, readStub, type Stub, stubOf } from "../adapters/claims/packet";
import { type HttpPlace, placeOf } from "../adapters/claims/place";
import { openPort, type Port } from "../adapters/claims/port";
import { failure } from "../cluster/errors";
import { type Handler, middleware, type Receive, type Send } from "../cluster/middleware";
import { settingsFor, settingsOf } from "../cluster/settings";
import { mostMessageBytes } from "../cluster/transport";
import { answerUnbegun, goesApart } from "../cluster/wire";
import { gateway } from "../contracts/platform/gateway";
import type { RawAnswer } from "../contracts/raw";
import { messageOf, propertyOf } from "../domain/unknown";

/** What NATS takes whatever its settings are, in bytes. */
const SMALL = 16 * 1024;
/** A larger packet holds up those behind it, whatever NATS would take, in bytes. */
const LARGEST = 512 * 1024;
/** Of a packet's seal, and of what NATS adds, in bytes. */
const AROUND = 4 * 1024;
/** What a node keeps for others at once. */
const MOST_KEPT = 1_024;
const MOST_KEPT_BYTES = 256 * 2 ** 20;
/** Beyond the longest that a client may take nothing, in ms. */
const BEYOND_IDLE_MS = 10_000;

const MARK = "$claim";

/** What it is called with. */
interface Called {
	readonly nodeID: string | null;
	readonly meta: Record<string, unknown>;
	headers: Record<string, unknown> | null;
	stream: Readable | null;
	options: { readonly stream?: unknown };
}
interface Part {
	readonly name: string;
	/** It answers raw requests. */
	readonly raw?: boolean;
}

export function claims(place: HttpPlace): Middleware {
	let broker: ServiceBroker | undefined;
	let open: Open | undefined;
	const opened = (): Open => {
		if (!open) throw new Error("This node's port for bodies is not open yet.");
		return open;
	};
	return middleware({
		name: "claims",
		created(created: ServiceBroker) {
			broker = created;
		},
		async starting(starting: ServiceBroker) {
			open = await Open.for(starting, place);
		},
		async stopped() {
			await open?.close();
		},
		remoteAction: (next: Handler<Called>, action: Part): Handler<Called> => {
			return async ctx => {
				const answer = await withStream(ctx, action, opened, next);
				const claim = taken(ctx.meta);
				if (!claim) return answer;
				const body = await opened().stream(claim);
				return action.raw ? { ...(answer as RawAnswer), body } : body;
			};
		},
		localAction: (next: Handler<Called>, action: Part): Handler<Called> => {
			return async ctx => {
				// A call of this node's has its streams as they are.
				if (ctx.nodeID === broker?.nodeID) return next(ctx);
				const claim = ctx.headers ? taken(ctx.headers) : undefined;
				if (!claim) return sent(ctx, await next(ctx), action, opened);
				const stream = await opened().stream(claim);
				ctx.stream = stream;
				try {
					return sent(ctx, await next(ctx), action, opened);
				} finally {
					// An action that has answered reads no more, unless its answer goes on as its body does.
					if (ctx.meta[MARK] === undefined) stream.destroy();
				}
			};
		},
		transporterSend(next: Send): Send {
			return (topic, data, more) =>
				data.length <= SMALL ? next(topic, data, more) : opened().send(next, topic, data, more);
		},
		transporterReceive(next: Receive): Receive {
			return (kind, data, more) => {
				const stub = readStub(data);
				return stub ? opened().receive(next, kind, stub, more) : next(kind, data, more);
			};
		}
	});
}

/** Calls it with a claim on the stream that goes with it. A stream is read once: such a call is made once. */
async function withStream(ctx: Called, { name }: Part, opened: () => Open, next: Handler<Called>): Promise<unknown> {
	const { options, headers } = ctx;
	const { stream, ...others } = options;
	if (!(stream instanceof Readable)) return next(ctx);
	if (stream.readableDidRead || stream.destroyed)
		throw failure("UNAVAILABLE", `${name} was not reached with its body, which cannot be sent again: ask once more.`);
	const claim = opened().keep(stream);
	ctx.options = others;
	ctx.headers = { ...headers, [MARK]: claim };
	try {
		return await next(ctx);
	} finally {
		Object.assign(ctx, { options, headers });
		// Whoever answered before all of it was there wants no more.
		opened().drop(claim);
	}
}

/** What goes in a message of an answer to another node. @throws UNAVAILABLE where there is no room for the rest: it was done all the same */
function sent(ctx: Called, answer: unknown, action: Part, opened: () => Open): unknown {
	const [head, apart] = parted(answer, action);
	if (!apart) return head;
	try {
		ctx.meta[MARK] = opened().keep(apart);
		return head;
	} catch (error) {
		throw failure("UNAVAILABLE", messageOf(error), { retryAfter: 1 });
	}
}

/** What of an answer goes in a message, and what goes apart from it. */
function parted(answer: unknown, { raw }: Part): readonly [sent: unknown, apart?: Buffer | Readable] {
	if (answer instanceof Readable) return [null, answer];
	if (answer instanceof Uint8Array) return [null, Buffer.from(answer)];
	if (!raw) return [answer];
	const { body, ...head } = answer as RawAnswer;
	if (typeof body === "string") return [answer];
	if (body instanceof Readable) return [{ ...head, body: "" }, body];
	if (!(body instanceof Uint8Array)) return [{ ...head, body: "" }, Readable.from(body, { objectMode: false })];
	return body.length <= SMALL
		? [{ ...head, body: Buffer.from(body).toString("base64") }]
		: [{ ...head, body: "" }, Buffer.from(body)];
}

/** The claim in it, which is nobody else's. */
function taken(fields: Record<string, unknown>): Claim | undefined {
	const claim = fields[MARK];
	delete fields[MARK];
	return isClaim(claim) ? claim : undefined;
}

/** A node's port and what it fetches. */
class Open {
	private constructor(
		private readonly broker: ServiceBroker,
		private readonly port: Port,
		private readonly fetching: Fetching
	) {}

	static async for(broker: ServiceBroker, place: HttpPlace): Promise<Open> {
		const idleMs = settingsFor(broker, gateway).idleMs + BEYOND_IDLE_MS;
		const port = await openPort(await placeOf(place), idleMs, { most: MOST_KEPT, mostBytes: MOST_KEPT_BYTES });
		// Others are told by the claims themselves; this is for whoever looks.
		Object.assign(broker.metadata, { http: { host: port.host, port: port.port } });
		return new Open(broker, port, new Fetching(idleMs));
	}

	keep(content: Buffer | Readable, forMany = false): Claim {
		try {
			return this.port.shelf.keep(content, forMany);
		} catch (error) {
			if (content instanceof Readable) content.destroy();
			throw failure("OVERLOADED", `${messageOf(error)} Ask again in a moment.`, { retryAfter: 1 });
		}
	}

	drop({ id }: Claim): void {
		this.port.shelf.drop(id);
	}

	stream(claim: Claim): Promise<Readable> {
		return this.fetching.stream(claim);
	}

	/** What NATS takes goes as it is. */
	async send(next: Send, topic: string, data: Buffer, more: Parameters<Send>[2]): Promise<unknown> {
		const { type, target, payload } = more.packet;
		const most = Math.min(mostMessageBytes(this.broker) ?? LARGEST, LARGEST) - AROUND;
		if (data.length <= most || !CLAIMED.has(type)) return next(topic, data, more);
		const said = {
			id: fieldOf(payload, "id"),
			action: fieldOf(payload, "action"),
			sender: this.broker.nodeID,
			ver: fieldOf(payload, "ver")
		};
		if (type === "REQ") goesApart(this.broker, said.id);
		try {
			return await next(topic, stubOf({ ...said, claim: this.keep(data, !target) }), more);
		} catch (error) {
			// Whoever asked would wait for it until its time is over.
			if (type !== "RES") throw error;
			return next(topic, failedAnswer(said, messageOf(error)), more);
		}
	}

	async receive(next: Receive, kind: string, said: Stub, more: unknown): Promise<unknown> {
		const call = kind === "RES" ? goesApart(this.broker, said.id) : undefined;
		const stub = call ? { ...said, action: call.action.name } : said;
		try {
			return await next(kind, await this.fetching.bytes(stub.claim), more);
		} catch (error) {
			this.broker.logger.warn(`A packet (${kind}) of '${stub.sender}' cannot be had: ${messageOf(error)}`);
			return this.failed(next, kind, stub, more, messageOf(error));
		}
	}

	/** Whoever waits for it hears of it now. */
	private failed(next: Receive, kind: string, stub: Stub, more: unknown, why: string): unknown {
		if (kind === "RES") return next(kind, failedAnswer(stub, why), more);
		if (kind !== "REQ") return undefined;
		const error = failure("UNAVAILABLE", why, { action: stub.action, nodeID: this.broker.nodeID, unbegun: true });
		return answerUnbegun(this.broker, stub.sender, stub.id, error);
	}

	async close(): Promise<void> {
		await this.port.close(settingsOf(this.broker).calls.stopTimeoutMs);
		await this.fetching.close();
	}
}

/** Calls, answers and events; the others are small, or must come before anything can be fetched. */
const CLAIMED: ReadonlySet<string> = new Set(["REQ", "RES", "EVENT"]);

const fieldOf = (payload: unknown, name: string): string => String(propertyOf(payload, name));
