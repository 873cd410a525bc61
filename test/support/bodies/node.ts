/** A node with the service of `contract.ts` among those that its gateway knows; PROBE=on runs it here. */

import { createHash, type Hash } from "node:crypto";
import { Readable } from "node:stream";
import type { Context } from "moleculer";
import { CONTRACTS } from "../../../contracts/cluster";
import type { Contract } from "../../../contracts/contract";
import type { RawAnswer, RawRequest } from "../../../contracts/raw";
import { environment } from "../../../environment";
import { probe } from "./contract";

// Before anything is made of them.
(CONTRACTS as Contract[]).push(probe);
const { openNode }: typeof import("../../../node") = require("../../../node");

const PIECE = 64 * 1024;
const state = { given: 0, open: 0, taken: 0, held: [] as unknown[] };

function* pieces(size: number, breaksAt: number): Generator<Buffer> {
	for (let at = 0; at < size; at += PIECE) {
		if (at >= breaksAt) throw new Error("The source broke.");
		const piece = Buffer.alloc(Math.min(PIECE, size - at), at / PIECE);
		state.given += piece.length;
		yield piece;
	}
}

function source(size: number, breaksAt = Number.POSITIVE_INFINITY): Readable {
	state.open++;
	const stream = Readable.from(pieces(size, breaksAt), { objectMode: false });
	return stream.once("close", () => state.open--);
}

async function taken(stream: AsyncIterable<Buffer>): Promise<{ bytes: number; digest: string }> {
	const hash: Hash = createHash("sha256");
	let bytes = 0;
	for await (const piece of stream) {
		hash.update(piece);
		bytes += piece.length;
		state.taken += piece.length;
	}
	return { bytes, digest: hash.digest("hex") };
}

type Streamed = Context<Record<string, string>> & { readonly stream: Readable };

const actions = {
	take: ({ stream }: Streamed) => taken(stream),
	hold: ({ stream }: Streamed) => {
		state.held.push(stream);
		return new Promise(() => undefined);
	},
	give: ({ params: { size, breaksAt } }: Streamed) =>
		source(Number(size), breaksAt === undefined ? undefined : Number(breaksAt)),
	echo: ({ params: { text } }: Streamed) => ({ text }),
	state: () => ({ given: state.given, open: state.open, taken: state.taken, rss: process.memoryUsage().rss }),
	raw: {
		raw: true,
		handler: ({ params: { target } }: Context<RawRequest>): RawAnswer => {
			const size = Number(target.slice("/raw-probe/".length));
			return { status: 200, headers: { "content-length": String(size) }, body: source(size) };
		}
	}
};

async function main(): Promise<void> {
	const broker = await openNode({ services: [] }, environment());
	if (process.env.PROBE === "on") broker.createService({ name: "probe", actions } as never);
	process.on("SIGTERM", () => void broker.stop().then(() => process.exit()));
}

void main();
