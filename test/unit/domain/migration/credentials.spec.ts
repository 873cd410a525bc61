import { createDerivations } from "../../../../domain/migration/marzneshin-to-marzban/credentials";

// Seen in the subscriptions of a real Marzneshin.
const VECTORS = [
	["cd613e30d8f16adf91b7584a2265b1f5", "89b0b04c-0487-94a9-3bda-e8205218c76a", "89b0b04c048794a93bdae8205218c76a"],
	["ABCDEF0123456789ABCDEF0123456789", "481adc09-fe10-c0f8-1a33-5f40b9643450", "481adc09fe10c0f81a335f40b9643450"]
] as const;

describe("credentials from keys", () => {
	let derive: Awaited<ReturnType<typeof createDerivations>>;
	beforeAll(async () => {
		derive = await createDerivations();
	});

	test.each(VECTORS)("xxh128 of %s, version and variant left as they fall", (key, uuid, password) => {
		expect(derive.xxh128(key)).toEqual({ uuid, password });
	});

	test("xxh128 takes any key, and its case counts", () => {
		expect(derive.xxh128("not-a-hex-key!").uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
		expect(derive.xxh128("کلید").password).toHaveLength(32);
		expect(derive.xxh128("abcdef0123456789abcdef0123456789")).not.toEqual(derive.xxh128(VECTORS[1][0]));
	});

	test("plain is the key itself: a UUID where it is one, the password as it is", () => {
		const key = "ABCDEF0123456789ABCDEF0123456789";
		expect(derive.plain(key)).toEqual({ uuid: "abcdef01-2345-6789-abcd-ef0123456789", password: key });
		expect(derive.plain("b1e8e208-debb-400e-8c70-6b6619133a6c").uuid).toBe("b1e8e208-debb-400e-8c70-6b6619133a6c");
	});

	test("plain without a UUID in the key has no uuid", () => {
		expect(derive.plain("not-a-hex-key!")).toEqual({ uuid: null, password: "not-a-hex-key!" });
		expect(derive.plain("e".repeat(64)).uuid).toBeNull();
		expect(derive.plain("").uuid).toBeNull();
	});
});
