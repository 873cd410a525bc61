import { readRedis, redisFault } from "../../../../adapters/redis/address";

const NONE = { user: "", password: "", db: 0, port: 6379, isTls: false };

it.each([
	["redis://localhost", { ...NONE, hostname: "localhost" }],
	["redis://127.0.0.1:7000/3", { ...NONE, hostname: "127.0.0.1", port: 7000, db: 3 }],
	["rediss://a:p%40ss@r.example/", { ...NONE, hostname: "r.example", user: "a", password: "p@ss", isTls: true }],
	["redis://:p:w@[::1]", { ...NONE, hostname: "::1", password: "p:w" }]
])("%s is read", (text, expected) => expect(readRedis(text)).toEqual(expected));

it.each([
	"",
	"localhost",
	"redis://",
	"redis:///1",
	"nats://x",
	"redis://x/a",
	"redis://x/1?y=1",
	"redis://x#1",
	"redis://%zz@x"
])("%j is none", text => expect(readRedis(text)).toBeUndefined());

it("over a network it has TLS and a password", () => {
	const fault = (text: string): string | undefined => redisFault({ hostname: "", ...NONE, ...readRedis(text) });
	expect(fault("redis://127.0.0.1")).toBeUndefined();
	expect(fault("rediss://:x@r.example")).toBeUndefined();
	expect(fault("redis://:sekret@r.example")).toMatch(/without TLS/);
	expect(fault("redis://:sekret@r.example")).not.toContain("sekret");
});
