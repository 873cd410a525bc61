/** What goes beside the bus: frames, claims, and what is kept for whom. */

import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { proofOf } from "../../../adapters/claims/claim";
import { FRAME_BYTES, opening, sealing } from "../../../adapters/claims/frames";
import { failedAnswer, readStub, stubOf } from "../../../adapters/claims/packet";
import { Shelf } from "../../../adapters/claims/shelf";

const KEY = randomBytes(32);
const sealed = (data: Buffer): Promise<Buffer> =>
	buffer(Readable.from([data], { objectMode: false }).pipe(sealing(KEY)));
const opened = (frames: readonly Buffer[], key = KEY): Promise<Buffer> =>
	new Promise((resolve, reject) => {
		const stream = Readable.from(frames, { objectMode: false }).pipe(opening(key)).on("error", reject);
		buffer(stream).then(resolve, reject);
	});

describe("a body in frames", () => {
	it("comes out as it went in, however it is cut on its way", async () => {
		const sizes = fc.constantFrom(0, 1, 100, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES + 7);
		await fc.assert(
			fc.asyncProperty(sizes, fc.constantFrom(13, 1_000, 65_555, 100_000), async (size, piece) => {
				const data = randomBytes(size);
				const whole = await sealed(data);
				const cut = Array.from({ length: Math.ceil(whole.length / piece) }, (_, at) =>
					whole.subarray(at * piece, (at + 1) * piece)
				);
				expect((await opened(cut)).equals(data)).toBe(true);
			}),
			{ numRuns: 20 }
		);
	});

	it("is never whole where anything of it is missing, changed, added, or of another body", async () => {
		const data = randomBytes(2 * FRAME_BYTES);
		const whole = await sealed(data);
		const end = whole.length;
		const first = FRAME_BYTES + 20;
		for (const wrong of [
			whole.subarray(0, end - 1),
			whole.subarray(0, end - 20),
			whole.subarray(0, first),
			whole.subarray(0, 0),
			whole.subarray(first),
			Buffer.concat([whole, whole]),
			Buffer.concat([whole.subarray(first, 2 * first), whole.subarray(0, first), whole.subarray(2 * first)]),
			Buffer.concat([whole.subarray(0, 40), Buffer.of(~(whole[40] ?? 0)), whole.subarray(41)]),
			Buffer.concat([Buffer.of(~(whole[0] ?? 0)), whole.subarray(1)]),
			randomBytes(1000)
		])
			await expect(opened([Buffer.from(wrong)])).rejects.toThrow();
		await expect(opened([whole], randomBytes(32))).rejects.toThrow();
	});
});

describe("what is kept", () => {
	const WHERE = { host: "127.0.0.1", port: 1 };
	const rules = { most: 2, mostBytes: 100 };

	it("is given once, to whoever has the claim", async () => {
		const shelf = new Shelf(WHERE, rules);
		const claim = shelf.keep(Buffer.from("abc"));
		expect(shelf.take(claim.id, proofOf({ ...claim, key: KEY.toString("base64url") }))).toBeUndefined();
		expect(shelf.take("0".repeat(32), proofOf(claim))).toBeUndefined();
		const kept = shelf.take(claim.id, proofOf(claim));
		expect(kept && (await buffer(kept.body)).toString()).toBe("abc");
		expect(shelf.take(claim.id, proofOf(claim))).toBeUndefined();
		const forMany = shelf.keep(Buffer.from("x"), true);
		for (const _ of [1, 2]) expect(shelf.take(forMany.id, proofOf(forMany))).toBeDefined();
	});

	it("is bounded, and room comes back", () => {
		const shelf = new Shelf(WHERE, rules);
		const large = shelf.keep(Buffer.alloc(90));
		expect(() => shelf.keep(Buffer.alloc(11))).toThrow("as much");
		shelf.drop(large.id);
		shelf.keep(Buffer.alloc(100));
		shelf.keep(Buffer.alloc(0));
		expect(() => shelf.keep(Buffer.alloc(0))).toThrow("as much");
	});

	it("is nobody's after a while, and a stream ends then", async () => {
		const shelf = new Shelf(WHERE, { ...rules, keptMs: 1 });
		const stream = new Readable({ read: () => undefined });
		const claim = shelf.keep(stream);
		await new Promise(resolve => stream.once("close", resolve));
		expect([shelf.size, shelf.take(claim.id, proofOf(claim))]).toEqual([0, undefined]);
	});

	it("is gone with a stream that breaks before it was fetched", async () => {
		const shelf = new Shelf(WHERE, rules);
		const stream = new Readable({ read: () => undefined });
		shelf.keep(stream);
		stream.destroy(new Error("broken"));
		await new Promise(resolve => stream.once("close", resolve));
		expect(shelf.size).toBe(0);
	});
});

it("a packet with a claim is told from one that is whole; one with nonsense is neither", () => {
	const claim = { host: "127.0.0.1", port: 1, id: "a", key: "b" };
	const stub = { claim, id: "1", action: "a.b", sender: "n", ver: "5" };
	expect(readStub(stubOf(stub))).toEqual(stub);
	expect(readStub(Buffer.from('{"claim":{}}'))).toBeUndefined();
	expect(() => readStub(Buffer.from('\0{"claim":{}}'))).toThrow("none");
	expect(JSON.parse(failedAnswer(stub, "why").toString())).toMatchObject({ id: "1", success: false });
});
