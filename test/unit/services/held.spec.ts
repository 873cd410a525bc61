/** A panel's answer may be small on the way and large here: it is cut, whatever its coding, and never kept whole. */

import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { hold } from "../../../services/migration/subscriptions/held";

const MIB = 2 ** 20;
const answer = (body: Buffer, coding?: string) =>
	({
		statusCode: 200,
		headers: { "content-type": "text/plain", ...(coding && { "content-encoding": coding }) },
		body: Readable.from([body])
	}) as never;
const sizeOf = async (rest: Readable): Promise<number> => {
	let size = 0;
	for await (const chunk of rest) size += (chunk as Buffer).length;
	return size;
};
const zeros = gzipSync(Buffer.alloc(256 * MIB));

it("what unfolds beyond all measure is cut on its way, and is none where it is needed whole", async () => {
	expect(zeros.length).toBeLessThan(MIB);
	const held = await hold(answer(zeros, "gzip"), false);
	expect(held.body.length).toBeLessThan(2 * MIB);
	await expect(sizeOf(held.rest as Readable)).rejects.toThrow("too large");
	await expect(hold(answer(zeros, "gzip"), true)).rejects.toThrow("too large");
});

it("what is large but within measure comes whole", async () => {
	const held = await hold(answer(gzipSync(Buffer.alloc(16 * MIB)), "gzip"), false);
	expect(held.body.length + (await sizeOf(held.rest as Readable))).toBe(16 * MIB);
});

it("codings upon codings are not undone", async () => {
	const twice = gzipSync(gzipSync("links"));
	expect((await hold(answer(twice, "gzip, gzip"), false)).body.toString()).toBe("links");
	await expect(hold(answer(gzipSync(twice), "gzip, gzip, gzip"), false)).rejects.toThrow("3 codings");
});
