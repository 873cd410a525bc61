import { Session } from "../../connectors/http/session";
import { type Asked, type Reply, type Served, serve } from "./support/serve";

const PASSWORD = "correct horse battery";
const TOKEN_PATH = "/api/admin/token";

let open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
	open = [];
});

async function panel(
	answer: (asked: Asked) => Reply | Promise<Reply>,
	prefix = "",
	timeoutMs = 60_000
): Promise<{ served: Served; session: Session }> {
	const served = await serve(answer);
	const session = new Session({
		url: new URL(served.url + prefix),
		system: "Marzban",
		tokenPath: TOKEN_PATH,
		username: "admin",
		password: PASSWORD,
		timeoutMs,
		retryBaseMs: 1,
		rateLimit: 0,
		connections: 4
	});
	open.push(served, session);
	return { served, session };
}

const token = (value = "t1"): Reply => ({ json: { access_token: value, token_type: "bearer" } });
const calls = (served: Served, what: string) => served.asked.filter(one => one.what === what).length;
const isLogin = (asked: Asked) => asked.path.endsWith(TOKEN_PATH);

describe("logging in", () => {
	test("by form, once for many calls", async () => {
		const { served, session } = await panel(asked => (isLogin(asked) ? token() : { json: {} }));
		await Promise.all([session.get("/a"), session.get("/b"), session.get("/c")]);
		expect(calls(served, `POST ${TOKEN_PATH}`)).toBe(1);
		const login = served.asked.find(isLogin);
		expect(login?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
		expect(Object.fromEntries(new URLSearchParams(login?.text))).toMatchObject({
			username: "admin",
			password: PASSWORD
		});
		expect(served.asked.at(-1)?.headers.authorization).toBe("Bearer t1");
	});

	test("a path prefix stays before every path", async () => {
		const { served, session } = await panel(asked => (isLogin(asked) ? token() : { json: {} }), "/panel/");
		await session.get("/a", { size: 1, name: ["x", "y"] });
		expect(served.asked.map(({ path }) => path)).toEqual([`/panel${TOKEN_PATH}`, "/panel/a"]);
		expect(served.asked[1]?.query.toString()).toBe("size=1&name=x&name=y");
	});

	test("a token that ends midway is renewed once for all who wait", async () => {
		let valid = "t1";
		const { served, session } = await panel(asked => {
			if (isLogin(asked)) return token(valid);
			const known = asked.headers.authorization === `Bearer ${valid}`;
			return known ? { json: { ok: true } } : { status: 401, json: { detail: "Could not validate credentials" } };
		});
		await session.get("/a");
		valid = "t2";
		const answers = await Promise.all(Array.from({ length: 8 }, () => session.get("/a")));
		expect(answers).toHaveLength(8);
		await expect(session.write("POST", "/w", {})).resolves.toEqual({ ok: true });
		expect(calls(served, `POST ${TOKEN_PATH}`)).toBe(2);
	});

	test("a refused password is not tried again at once, for each try is reported to the panel's owner", async () => {
		const { served, session } = await panel(() => ({
			status: 401,
			json: { detail: "Incorrect username or password" }
		}));
		const first = await session.get("/a").catch(error => error);
		const second = await session.get("/b").catch(error => error);
		expect(first).toMatchObject({ name: "ConnectorError", code: "login-refused" });
		expect(second).toMatchObject({ code: "login-refused" });
		expect(calls(served, `POST ${TOKEN_PATH}`)).toBe(1);
		expect(first.message).not.toContain(PASSWORD);
	});

	test("an account that logs in and may call nothing is a disabled one", async () => {
		const { session } = await panel(asked => (isLogin(asked) ? token() : { status: 401, json: { detail: "no" } }));
		await expect(session.get("/a")).rejects.toMatchObject({
			code: "login-refused",
			message: expect.stringContaining("disabled")
		});
	});

	test("a panel without our login is another system", async () => {
		const { session } = await panel(() => ({ status: 404, json: { detail: "Not Found" } }));
		await expect(session.get("/a")).rejects.toMatchObject({ code: "wrong-system" });
	});
});

describe("reads", () => {
	test.each([408, 429, 500, 502, 503, 504])("%i is tried again", async status => {
		let failures = 2;
		const { session } = await panel(asked => {
			if (isLogin(asked)) return token();
			return failures-- > 0 ? { status, text: "no" } : { json: { ok: 1 } };
		});
		await expect(session.get("/a")).resolves.toEqual({ ok: 1 });
	});

	test.each([400, 403, 404, 409, 422])("%i is not", async status => {
		const { served, session } = await panel(asked => (isLogin(asked) ? token() : { status, json: { detail: "no" } }));
		await expect(session.get("/a")).rejects.toMatchObject({ details: { status } });
		expect(calls(served, "GET /a")).toBe(1);
	});

	test("three tries, then a broken panel is called so", async () => {
		const { served, session } = await panel(asked => (isLogin(asked) ? token() : { status: 500, text: "Internal" }));
		await expect(session.get("/a")).rejects.toMatchObject({ code: "broken", details: { ambiguous: false } });
		expect(calls(served, "GET /a")).toBe(3);
	});

	test("Retry-After is obeyed", async () => {
		let at = 0;
		const { session } = await panel(asked => {
			if (isLogin(asked)) return token();
			if (at === 0) {
				at = performance.now();
				return { status: 429, text: "slow down", headers: { "retry-after": "1" } };
			}
			return { json: performance.now() - at };
		});
		expect(await session.get("/a")).toBeGreaterThanOrEqual(990);
	});
});

describe("connections that break", () => {
	test("a socket that a crash left half closed costs nothing", async () => {
		const { served, session } = await panel(asked => {
			if (isLogin(asked)) return token();
			return asked.path === "/crash" ? { status: 500, text: "Internal Server Error", hangUp: true } : { json: {} };
		});
		await session.get("/a");
		for (let i = 0; i < 10; i++) {
			await expect(session.write("PUT", "/crash", {})).rejects.toMatchObject({ code: "broken" });
			await expect(session.write("PUT", "/a", {})).resolves.toEqual({});
		}
		expect(calls(served, "PUT /a")).toBe(10);
	});

	test("what is cut on a used connection is sent once more on a fresh one, unless it is a POST", async () => {
		const { served, session } = await panel(asked => {
			if (isLogin(asked)) return token();
			return asked.reused && asked.path === "/cut" ? { cut: true } : { json: {} };
		});
		await session.get("/a");
		await expect(session.write("PUT", "/cut", {})).resolves.toEqual({});
		expect(calls(served, "PUT /cut")).toBe(2);
		await session.get("/a");
		await expect(session.write("POST", "/cut", {})).rejects.toMatchObject({ details: { ambiguous: true } });
		expect(calls(served, "POST /cut")).toBe(1);
	});
});

describe("answers", () => {
	test("integers beyond 2^53 arrive exact", async () => {
		const { session } = await panel(asked => (isLogin(asked) ? token() : { text: '{"n":9007199254740993}' }));
		await expect(session.get("/a")).resolves.toEqual({ n: 9007199254740993n });
	});

	test.each([
		["a page of HTML", { text: "<html></html>", status: 200 }, "unexpected-answer"],
		["a redirect", { status: 307, headers: { location: "https://panel.example/" }, text: "" }, "unexpected-answer"]
	])("%s is no answer", async (_name, reply: Reply, code) => {
		const { session } = await panel(asked => (isLogin(asked) ? token() : reply));
		await expect(session.get("/a")).rejects.toMatchObject({ code });
	});
});

describe("writes", () => {
	test("are sent once, and doubt is told", async () => {
		const { served, session } = await panel(asked => {
			if (isLogin(asked)) return token();
			return asked.path === "/cut" ? { cut: true } : { status: 500, text: "Internal" };
		});
		await expect(session.write("POST", "/w", {})).rejects.toMatchObject({
			code: "broken",
			details: { ambiguous: true }
		});
		await expect(session.write("POST", "/cut", {})).rejects.toMatchObject({
			code: "unreachable",
			details: { ambiguous: true, retryable: true }
		});
		expect(calls(served, "POST /w")).toBe(1);
		expect(calls(served, "POST /cut")).toBe(1);
	});

	test("what the panel refuses is told by field", async () => {
		const { session } = await panel(asked =>
			isLogin(asked) ? token() : { status: 422, json: { detail: { note: "too long" } } }
		);
		const error = await session.write("POST", "/w", {}).catch(thrown => thrown);
		expect(error).toMatchObject({ code: "refused", details: { fields: { note: "too long" }, ambiguous: false } });
		expect(error.message).toContain("note: too long");
	});

	test("an answer that does not come in time leaves doubt", async () => {
		const never = new Promise<Reply>(() => undefined);
		const { session } = await panel(asked => (isLogin(asked) ? token() : never), "", 2_000);
		await expect(session.write("POST", "/slow", {})).rejects.toMatchObject({
			code: "unreachable",
			details: { ambiguous: true }
		});
	});

	test("nothing is sent once its term is over", async () => {
		const { served, session } = await panel(asked => (isLogin(asked) ? token() : { json: {} }));
		await session.login();
		await expect(session.write("POST", "/w", {}, { over: true })).rejects.toMatchObject({ code: "stopped" });
		expect(calls(served, "POST /w")).toBe(0);
	});
});

test("a panel that is not there was never written to", async () => {
	const { served, session } = await panel(() => token());
	await served.close();
	const error = await session.get("/a").catch(thrown => thrown);
	expect(error).toMatchObject({ code: "unreachable" });
	expect(error.details.ambiguous ?? false).toBe(false);
});
