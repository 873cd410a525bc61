import { mask, maskText } from "../../../../domain/platform/masking";

describe("a log line", () => {
	it.each([
		["http://admin:hunter2@panel:8000/x", "http://admin:***@panel:8000/x"],
		["Authorization: Bearer abc.def-1", "Authorization: Bearer ***"],
		["GET /sub/ali/cd613e30d8f16adf91b7584a2265b1f5/clash", "GET /sub/ali/***/clash"],
		["GET /sub/dF9taW4sMTc5NTIyODA0MwvyD8wHKE3r", "GET /sub/***"],
		[`refused: $2b$12$${"a".repeat(53)} there`, "refused: *** there"],
		["username=admin&password=hunter2&x=1", "username=admin&password=***&x=1"]
	])("has no secret in %s", (text, masked) => expect(maskText(text)).toBe(masked));

	it("has no secret in a field, however deep, and leaves the value itself alone", () => {
		const value = { user: "ali", key: "cd61", nested: [{ access_token: "t", password: "p", count: 3 }] };
		expect(mask(value)).toEqual({
			user: "ali",
			key: "***",
			nested: [{ access_token: "***", password: "***", count: 3 }]
		});
		expect(value.key).toBe("cd61");
	});

	it("has no secret in an error's message or stack", () => {
		const masked = mask(new Error("GET http://a:hunter2@b failed")) as { message: string; stack: string };
		expect(masked.message).toBe("GET http://a:***@b failed");
		expect(masked.stack).not.toContain("hunter2");
	});
});
