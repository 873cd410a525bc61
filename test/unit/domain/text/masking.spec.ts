import { mask, maskText } from "../../../../domain/text/masking";

describe("a log line", () => {
	it.each([
		["http://admin:hunter2@panel:8000/x", "http://admin:***@panel:8000/x"],
		["Authorization: Bearer abc.def-1", "Authorization: Bearer ***"],
		["GET /sub/ali/cd613e30d8f16adf91b7584a2265b1f5/clash", "GET /sub/ali/***/clash"],
		["GET /sub/dF9taW4sMTc5NTIyODA0MwvyD8wHKE3r", "GET /sub/***"],
		[`refused: $2b$12$${"a".repeat(53)} there`, "refused: *** there"],
		["username=admin&password=hunter2&x=1", "username=admin&password=***&x=1"],
		["mysql+pymysql://root:p@ss@127.0.0.1:3306/marzban", "mysql+pymysql://root:***@127.0.0.1:3306/marzban"],
		["http://:hunter2@proxy:3128", "http://:***@proxy:3128"],
		["https://ghp_0123456789abcdef@git.example", "https://***@git.example"],
		["Authorization: Basic YWRtaW46aHVudGVyMg==", "Authorization: Basic ***"],
		['{"authorization":"Basic YWRtaW46aHVudGVyMg=="}', '{"authorization":"***"}'],
		["proxy-authorization: Digest abc", "proxy-authorization: Digest ***"],
		["Authorization: hunter2hunter2", "Authorization: ***"],
		["X-API-Key: bny_x, accept: */*", "X-API-Key: ***, accept: */*"],
		["the key bny_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG is known", "the key bny_*** is known"],
		["CF-Access-Client-Secret: hunter2", "CF-Access-Client-Secret: ***"],
		["x-auth-token: hunter2", "x-auth-token: ***"],
		["Cookie: session=hunter2; theme=dark", "Cookie: ***"],
		["Set-Cookie: session=hunter2; HttpOnly\r\nAge: 1", "Set-Cookie: ***\r\nAge: 1"],
		["got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl back", "got *** back"],
		["-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\nand", "***\nand"],
		["-----BEGIN PRIVATE KEY-----\\nMHcC, cut off", "***"],
		[
			'{"detail":[{"input":{"username":"a","password":"hun\\"ter2"}}]}',
			'{"detail":[{"input":{"username":"a","password":"***"}}]}'
		],
		["{'username': 'a', 'password': 'hunter2'}", "{'username': 'a', 'password': \"***\"}"],
		['{"hashed_password": "abc", "access_token" : "def"}', '{"hashed_password": "***", "access_token" : "***"}'],
		['"{\\"client_secret\\":\\"hunter2\\",\\"x\\":1}"', '"{\\"client_secret\\":\\"***\\",\\"x\\":1}"'],
		["refresh_token=hunter2; api-key=hunter2", "refresh_token=***; api-key=***"],
		["GET /sub?key=hunter2&format=clash", "GET /sub?key=***&format=clash"],
		["$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaGhhc2g of", "*** of"],
		["ALTER USER x IDENTIFIED BY 'hunter2'", "ALTER USER x IDENTIFIED BY '***'"],
		["vless://0b1c2d3e-0000-4000-8000-000000000000@host:443?security=tls#ann", "vless://***"],
		["ss://YWVzLTI1Ni1nY206aHVudGVyMg@host:8388#x and", "ss://*** and"]
	])("has no secret in %s", (text, masked) => expect(maskText(text)).toBe(masked));

	it.each([
		"Access denied for user 'root'@'localhost' (using password: YES)",
		"http://panel:8000/api/admin/token answers 401",
		"https://nats.example.com:4222/x",
		"ann@example.com has no bearer",
		"The field 'password' is required.",
		"2026-11-26T20:17:31.123Z wss://host/path?format=clash",
		"a monkey = 1; the tokens of 3 users, keys: 5",
		"/sub/ is where links begin; subscription_url is wrong",
		"panel.yaml:3:9 'target.password' names no variable: ${TARGET_PASSWORD}",
		"users 12 of 999, 3 quarantined (no_uuid)",
		"Basic authentication is not taken here"
	])("leaves what is none: %s", text => expect(maskText(text)).toBe(text));

	it("of half a megabyte costs what its length costs, whatever it repeats", () => {
		const parts = [
			"//",
			"//a:",
			"eyJ",
			"eyJaaaaa.",
			"Bearer ",
			"authorization: ",
			"/sub/a/",
			'"password":"',
			'\\"token\\":\\"'
		].concat([
			"token",
			"x-",
			"-----BEGIN PRIVATE KEY-----",
			"$argon2id$",
			"IDENTIFIED BY '",
			"\\",
			" ",
			"bny_",
			"@",
			"a_"
		]);
		const cost = (text: string): number => {
			const began = performance.now();
			maskText(text);
			return performance.now() - began;
		};
		const slow = parts
			.flatMap(a => ["", "a", "-"].map(b => a + b))
			.filter(part => {
				const [some, many] = [32_000, 512_000].map(length => part.repeat(length / part.length));
				// Sixteen times as long: what is quadratic costs 256 times as much.
				return cost(many as string) > 100 * Math.max(cost(some as string), 20);
			});
		expect(slow).toEqual([]);
	});

	it("has no secret in what lies behind an error, in bytes, lists or addresses", () => {
		const cause = new Error("login with password=hunter2", { cause: { token: "hunter2" } });
		const failed = new AggregateError([new Error("Bearer hunter2")], "both", { cause });
		const bytes = Buffer.from("hunter2");
		const values = [
			failed,
			bytes,
			new Map([["password=hunter2", new Set(["Bearer hunter2"])]]),
			new URL("http://a:hunter2@b/")
		];
		const said = JSON.stringify(values.map(value => mask({ value })));
		expect(said).not.toMatch(/hunter2|104,117/);
		expect(said).toContain("login with password=***");
		expect(mask(new Date(0))).toBe("1970-01-01T00:00:00.000Z");
	});

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
