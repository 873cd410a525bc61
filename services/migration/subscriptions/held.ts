/**
 * A panel's answer, its body held back until it is whole, or known to be too large or too slow for that: what breaks off
 * before then can still be said properly, or asked again.
 */

import { PassThrough, pipeline, type Readable, Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { Dispatcher } from "undici";
import { own } from "../../../domain/own";

/** More of a body is given on as it comes, in bytes. */
const MOST_HELD = 2 ** 20;
/** The largest body that is held where it is needed whole, in bytes. */
const MOST_WHOLE = 4 * 2 ** 20;
/** A slower body is given on as it comes, in ms. */
const PATIENCE_MS = 2_000;
/** No body takes longer, however steadily it trickles, in ms. */
const LONGEST_MS = 60_000;
/** No body is larger, in bytes, once it is undone: a few that were sent may be many. */
const LARGEST = 32 * 2 ** 20;
/** One upon the other. */
const MOST_CODINGS = 2;
/** What is looked at to tell what a body is, in bytes. */
const OPENING = 256;

export interface Held {
	readonly status: number;
	/** Without those of a coding that was undone. */
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: Buffer;
	/** What is still to come; undefined where `body` is all of it. */
	readonly rest: Readable | undefined;
	readonly opening: string;
}

const CODINGS: Readonly<Record<string, () => Transform>> = {
	gzip: createGunzip,
	"x-gzip": createGunzip,
	deflate: createInflate,
	br: createBrotliDecompress,
	zstd: createZstdDecompress
};
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** @throws what broke the body off; `whole`: also where it is too large */
export async function hold(answer: Dispatcher.ResponseData, whole: boolean): Promise<Held> {
	try {
		return await held(answer, whole);
	} catch (error) {
		answer.body.destroy();
		throw error;
	}
}

async function held(
	{ statusCode: status, headers: given, body: raw }: Dispatcher.ResponseData,
	whole: boolean
): Promise<Held> {
	// Whoever reads on hears of it; where nobody does, it is no fault of this process.
	raw.on("error", () => undefined);
	const codings = WITHOUT_BODY.has(status) ? [] : codingsOf(given["content-encoding"]);
	const { "content-encoding": _, "content-length": __, ...uncoded } = given;
	const headers = codings.length === 0 ? given : uncoded;
	const body = decompressed(raw, codings);
	const limits = whole ? { bytes: MOST_WHOLE, ms: LONGEST_MS } : { bytes: MOST_HELD, ms: PATIENCE_MS };
	const { chunks, ended } = await beginning(body, limits);
	const first = Buffer.concat(chunks);
	const opening = first.toString("latin1", 0, OPENING);
	if (ended) return { status, headers, body: first, rest: undefined, opening };
	if (whole) throw new Error("its answer is too large, or takes too long");
	return { status, headers, body: first, rest: bounded(body, first.length), opening };
}

/** Nobody wants it. */
export function discard({ rest }: Held): void {
	rest?.destroy();
}

/** The last one applied is the first to be undone. @throws where one is unknown */
function codingsOf(header: string | string[] | undefined): string[] {
	const codings = String(header ?? "")
		.toLowerCase()
		.split(",")
		.map(coding => coding.trim())
		.filter(coding => coding !== "" && coding !== "identity");
	const unknown = codings.find(coding => !Object.hasOwn(CODINGS, coding));
	if (codings.length > MOST_CODINGS) throw new Error(`its answer is in ${codings.length} codings, one upon the other`);
	if (unknown !== undefined) throw new Error(`its answer is in a coding nobody asked for, ${unknown.slice(0, 20)}`);
	return codings.reverse();
}

function decompressed(raw: Readable, codings: readonly string[]): Readable {
	if (codings.length === 0) return raw;
	const stages = codings.flatMap(coding => own(CODINGS, coding)?.() ?? []);
	const last = new PassThrough().on("error", () => undefined);
	// An error of any of them ends the last one with it.
	pipeline([raw, ...stages, last], () => undefined);
	return last;
}

function beginning(
	body: Readable,
	{ bytes, ms }: { readonly bytes: number; readonly ms: number }
): Promise<{ readonly chunks: Buffer[]; readonly ended: boolean }> {
	const { promise, resolve, reject } = Promise.withResolvers<{ chunks: Buffer[]; ended: boolean }>();
	const chunks: Buffer[] = [];
	let size = 0;
	const settle = (end: () => void): void => {
		clearTimeout(timer);
		body.off("data", take).off("end", whole).off("error", broken).off("close", cut);
		end();
	};
	const enough = (): void =>
		settle(() => {
			body.pause();
			resolve({ chunks, ended: false });
		});
	const take = (chunk: Buffer): void => {
		chunks.push(chunk);
		size += chunk.length;
		if (size > bytes) enough();
	};
	const whole = (): void => settle(() => resolve({ chunks, ended: true }));
	const broken = (error: Error): void => settle(() => reject(error));
	const cut = (): void => broken(new Error("its answer breaks off"));
	const timer = setTimeout(enough, ms);
	body.on("data", take).once("end", whole).once("error", broken).once("close", cut);
	return promise;
}

/** @param before how many bytes of it came already */
function bounded(body: Readable, before: number): Readable {
	const end = (why: string): void => void body.destroy(new Error(why));
	const timer = setTimeout(end, LONGEST_MS, "its answer takes too long");
	let size = before;
	const counted = new Transform({
		transform(chunk: Buffer, _, done) {
			size += chunk.length;
			done(size > LARGEST ? new Error("its answer is too large") : null, chunk);
		}
	}).on("error", () => undefined);
	pipeline([body, counted], () => clearTimeout(timer));
	return counted;
}
