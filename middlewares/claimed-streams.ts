/**
 * Streams of calls between nodes: those that go with a call, those that are an action's answer, and bodies of raw answers.
 * The message has a claim on each; the call itself is one as any other.
 */

import { Readable } from "node:stream";
import { type Claim, isClaim } from "../adapters/claims/claim";
import { failure } from "../cluster/errors";
import type { Handler } from "../cluster/middleware";
import type { RawAnswer } from "../contracts/raw";
import { messageOf } from "../domain/unknown";

/** Fewer bytes of an answer go in the message. */
const SMALL = 16 * 1024;
const MARK = "$claim";

/** What it is called with. */
export interface Called {
	readonly nodeID: string | null;
	readonly meta: Record<string, unknown>;
	headers: Record<string, unknown> | null;
	stream: Readable | null;
	options: { readonly stream?: unknown };
}
export interface Part {
	readonly name: string;
	/** It answers raw requests. */
	readonly raw?: boolean;
}

/** What is kept for other nodes, and what they keep. */
interface Apart {
	/** @throws OVERLOADED */
	keep(content: Buffer | Readable): Claim;
	drop(claim: Claim): void;
	stream(claim: Claim): Promise<Readable>;
}

/** Of other nodes' actions. */
export const calling =
	(next: Handler<Called>, action: Part, opened: () => Apart): Handler<Called> =>
	ctx => {
		const answered = ctx.options.stream instanceof Readable ? withStream(ctx, action, opened(), next) : next(ctx);
		return answered.then(answer => {
			const claim = taken(ctx.meta);
			return claim ? whole(answer, action, opened().stream(claim)) : answer;
		});
	};

const whole = async (answer: unknown, { raw }: Part, coming: Promise<Readable>): Promise<unknown> => {
	const body = await coming;
	return raw ? { ...(answer as RawAnswer), body } : body;
};

interface Serving {
	readonly opened: () => Apart;
	/** The name of this node: a call of its own has its streams as they are. */
	readonly own: () => string | undefined;
}

/** For other nodes. */
export const serving =
	(next: Handler<Called>, action: Part, { opened, own }: Serving): Handler<Called> =>
	ctx => {
		if (ctx.nodeID === own()) return next(ctx);
		const claim = ctx.headers ? taken(ctx.headers) : undefined;
		return claim
			? served(ctx, claim, opened(), next).then(answer => sent(ctx, answer, action, opened))
			: next(ctx).then(answer => sent(ctx, answer, action, opened));
	};

/** An action that has answered reads no more, unless its answer goes on as its body does. */
async function served(ctx: Called, claim: Claim, apart: Apart, next: Handler<Called>): Promise<unknown> {
	const stream = await apart.stream(claim);
	ctx.stream = stream;
	let answer: unknown;
	try {
		answer = await next(ctx);
		return answer;
	} finally {
		if (!(answer instanceof Readable)) stream.destroy();
	}
}

/** Calls it with a claim on the stream that goes with it. A stream is read once: such a call is made once. */
async function withStream(ctx: Called, { name }: Part, apart: Apart, next: Handler<Called>): Promise<unknown> {
	const { options, headers } = ctx;
	const { stream, ...others } = options;
	if (!(stream instanceof Readable)) return next(ctx);
	if (stream.readableDidRead || stream.destroyed)
		throw failure("UNAVAILABLE", `${name} was not reached with its body, which cannot be sent again: ask once more.`);
	const claim = apart.keep(stream);
	ctx.options = others;
	ctx.headers = { ...headers, [MARK]: claim };
	try {
		return await next(ctx);
	} finally {
		Object.assign(ctx, { options, headers });
		// Whoever answered before all of it was there wants no more.
		apart.drop(claim);
	}
}

/** What goes in a message of an answer to another node. @throws UNAVAILABLE where there is no room for the rest: it was done all the same */
function sent(ctx: Called, answer: unknown, action: Part, opened: () => Apart): unknown {
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
	if (claim === undefined) return undefined;
	delete fields[MARK];
	return isClaim(claim) ? claim : undefined;
}
