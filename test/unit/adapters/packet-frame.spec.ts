import * as fc from "fast-check";
import { framed, unframed } from "../../../adapters/packet-frame";

it("gives back the packets that it was made of", () => {
	void fc.assert(
		fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), packets => {
			const bytes = packets.map(each => Buffer.from(each));
			expect(unframed(framed(bytes))).toEqual(bytes);
		})
	);
});

it("of one that is cut off it gives what is whole, of any bytes something", () => {
	const bytes = ["a", "bc", ""].map(each => Buffer.from(each));
	expect(unframed(framed(bytes).subarray(0, -5))).toEqual(bytes.slice(0, 1));
	void fc.assert(fc.property(fc.uint8Array(), noise => Array.isArray(unframed(Buffer.from(noise)))));
});
