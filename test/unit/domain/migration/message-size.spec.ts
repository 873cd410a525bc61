import fc from "fast-check";
import { batchTooLarge, pageTooLarge } from "../../../../domain/migration/message-size";

const MOST = 2 ** 20;

it("what is told to fit, fits", () => {
	fc.assert(
		fc.property(fc.integer({ min: 10_000, max: 700_000 }), fc.integer({ min: 65_536, max: 2 ** 23 }), (bytes, most) => {
			const fitting = /batch\.bytes to (\d+) or less/.exec(batchTooLarge(bytes, most) ?? "")?.[1];
			expect(batchTooLarge(Number(fitting ?? bytes), most)).toBeUndefined();
		})
	);
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 10 * MOST }), fc.integer({ min: 1, max: 1000 }), (bytes, limit) => {
			const fitting = /batch\.records to (\d+) or less/.exec(pageTooLarge(bytes, limit, MOST) ?? "")?.[1];
			const each = bytes / limit;
			if (fitting !== undefined && each < MOST / 2)
				expect(pageTooLarge(each * Number(fitting), limit, MOST)).toBeUndefined();
		})
	);
});

it("the default batch fits into NATS's default message", () => {
	expect(batchTooLarge(300_000, MOST)).toBeUndefined();
	expect(batchTooLarge(700_000, MOST)).toMatch(
		/batch\.bytes is 700000, but a message between nodes holds 1048576 bytes/
	);
});
