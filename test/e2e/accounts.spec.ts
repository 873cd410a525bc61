/**
 * Accounts through the door: what old clients ask for, what anybody may send, and that nothing of an answer says who is known.
 * `make timing` (`ACCOUNTS_TIMING=1000`) asks so often, and compares the times, too (A2). What others wait for in a flood (A5) is measured in bench/s-logins.ts.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, type Door, openDoor } from "../support/door";
import { lettersTo } from "../support/mailbox";
import { probabilityOfNoDifference } from "../support/mann-whitney";

const TIMES = Number(process.env.ACCOUNTS_TIMING ?? 0);
const PASSWORD = "seven wild swans";
let folder: string;
let door: Door;
let counted = 0;
const address = (): string => `person${String(++counted).padStart(6, "0")}@example.com`;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-accounts-"));
	door = await openDoor(folder, {
		GUESSES: "1000000",
		GUESSES_NETWORK: "1000000",
		PASSWORD_HASHES: "2",
		PASSWORD_HASHES_WAITING: "4"
	});
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

const post = (
	path: string,
	body: unknown,
	headers: Record<string, string> = {},
	key: string | null = null
): Promise<Answer> => door.ask(path, { method: "POST", body, headers, key });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function registered(email = address()): Promise<string> {
	expect((await post("/api/v1/auth/register", { email, password: PASSWORD })).status).toBe(202);
	const [letter] = await lettersTo(join(folder, "server"), email, "Confirm");
	const verify = () => post("/api/v1/auth/verify-email", { token: letter?.token });
	// The letter may come a moment before what it proves is kept.
	for (let tries = 0; (await verify()).status !== 200; tries++) if (tries > 100) throw new Error("it is not confirmed");
	return email;
}
const tokenOf = async (email: string): Promise<string> =>
	(await post("/login", { email, password: PASSWORD })).json.access_token;

it("an old client registers, signs in, looks, changes and goes under the addresses that it knows", async () => {
	const email = address();
	expect((await post("/register", { email, password: PASSWORD })).status).toBe(202);
	const [letter] = await lettersTo(join(folder, "server"), email, "Confirm");
	const link = `/api/v1/auth/verify-email?token=${letter?.token}`;
	await registered();
	for (const _ of [1, 2]) expect((await door.ask(link, { key: null })).json).toMatchObject({ valid: true });
	expect((await post("/auth/verify-email", { token: letter?.token })).json).toEqual({ email, verified: true });
	expect((await post("/auth/verify-email", { token: letter?.token })).json.code).toBe("PROOF_INVALID");
	const said = await post("/api/auth/login", { email, password: PASSWORD });
	expect(said.json).toMatchObject({ token_type: "bearer", second: null });
	expect(said.headers.get("cache-control")).toBe("no-store");
	const headers = bearer(said.json.access_token);
	const ask = (method: string, path: string, body?: unknown) =>
		door.ask(path, { method, headers, key: null, ...(body !== undefined && { body }) });
	for (const path of ["/me", "/auth/me", "/api/auth/me", "/api/v1/auth/me"])
		expect((await ask("GET", path)).json).toMatchObject({ email, verified: true });
	expect((await ask("PUT", "/me", { name: "Ada" })).json).toMatchObject({ name: "Ada" });
	const change = { current: PASSWORD, password: "eight wild swans" };
	expect((await ask("POST", "/change-password", change)).json).toEqual({ sessionsEnded: 0 });
	expect((await ask("POST", "/logout", {})).json).toEqual({ ended: true });
	expect((await ask("GET", "/me")).status).toBe(401);
});

it("whoever is signed in looks after nobody's account but their own, and a key is nobody", async () => {
	const headers = bearer(await tokenOf(await registered()));
	for (const path of ["/api/v1/auth/accounts", "/api/v1/auth/accounts/x"])
		expect((await door.ask(path, { headers, key: null })).status).toBe(403);
	expect((await door.ask("/me")).status).toBe(403);
	expect((await door.ask("/me", { key: null })).status).toBe(401);
});

describe("A2: no answer says who is known", () => {
	/** But for what differs with each request, as what a client may still ask. */
	const seen = ({ status, headers, text }: Answer, email: string) => ({
		status,
		text: text.replaceAll(email, "somebody@example.com"),
		headers: [...headers].filter(([name]) => !["date", "etag", "ratelimit"].includes(name))
	});
	const headers = { "x-correlation-id": "the-same" };

	const FIELDS: Readonly<Record<string, object>> = { login: { password: "wrong" }, register: { password: PASSWORD } };
	interface Seen {
		readonly ms: number[];
		readonly answers: Set<string>;
	}
	async function asked(word: string, email: string, { ms, answers }: Seen): Promise<void> {
		const begun = performance.now();
		const answer = await post(`/api/v1/auth/${word}`, { email, ...FIELDS[word] }, headers);
		ms.push(performance.now() - begun);
		answers.add(JSON.stringify(seen(answer, email)));
	}

	it.each(["login", "register", "forgot-password", "resend-verification"])(
		"%s",
		async word => {
			const email = await registered();
			const [known, unknown]: [Seen, Seen] = [
				{ ms: [], answers: new Set() },
				{ ms: [], answers: new Set() }
			];
			for (let round = 0; round < Math.max(TIMES, 3); round++) {
				// In an order that nothing before one of them can favour.
				const both = [() => asked(word, email, known), () => asked(word, address(), unknown)];
				for (const ask of Math.random() < 0.5 ? both : both.reverse()) await ask();
			}
			expect([...known.answers]).toEqual([...unknown.answers]);
			expect(known.answers.size).toBe(1);
			if (TIMES > 0) expect(probabilityOfNoDifference(known.ms, unknown.ms)).toBeGreaterThan(0.01);
		},
		TIMES > 0 ? 3_600_000 : 180_000
	);
});

it("A5: of a flood of logins some are answered, the rest are told to come again, and others wait for nobody", async () => {
	const email = await registered();
	const flood = Array.from({ length: 40 }, () => post("/login", { email, password: "wrong" }));
	let [isOver, answered] = [false, 0];
	const over = Promise.all(flood).finally(() => {
		isOver = true;
	});
	while (!isOver) {
		expect((await door.ask("/live", { key: null })).status).toBe(200);
		answered++;
	}
	const answers = await over;
	const refused = answers.filter(({ status }) => status === 503);
	expect(answers.filter(({ status }) => status === 401).length + refused.length).toBe(flood.length);
	expect(refused.length).toBeGreaterThan(0);
	for (const { headers, json } of refused) {
		expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
		expect(json.code).toBe("OVERLOADED");
	}
	// The right one comes in as soon as there is room.
	expect(await tokenOf(email)).toMatch(/^eyJ/);
	expect(answered).toBeGreaterThan(1);
});

describe("bad input is a problem that says which field it is", () => {
	const GOOD = {
		register: { email: "x@example.com", password: PASSWORD, name: "Ada" },
		login: { email: "x@example.com", password: PASSWORD, cookie: false },
		"forgot-password": { email: "x@example.com" },
		"resend-verification": { email: "x@example.com" },
		"verify-email": { token: "t" },
		"reset-password": { token: "t", password: PASSWORD, others: true }
	} as const;
	const HUGE = "x".repeat(50_000);
	const WRONG: readonly unknown[] = [1, {}, [], ["x"], true, "", "\0", HUGE, { $gt: "" }, { toString: 1 }];
	const FITS: Readonly<Record<string, readonly unknown[]>> = {
		cookie: [true],
		others: [true],
		password: ["\0"],
		name: ["\0"],
		token: ["\0"]
	};

	it.each(Object.entries(GOOD))("%s", async (word, good) => {
		for (const field of Object.keys(good))
			for (const value of WRONG.filter(each => !FITS[field]?.includes(each as never))) {
				const { status, json } = await post(`/api/v1/auth/${word}`, { ...good, [field]: value });
				expect([word, field, value, status, json.code, json.errors?.[0]?.field?.startsWith(field) ?? true]).toEqual([
					word,
					field,
					value,
					422,
					expect.stringMatching(/^(?:VALIDATION_ERROR|PASSWORD_WEAK)$/),
					true
				]);
				expect(JSON.stringify(json)).not.toMatch(/ at .*\.[jt]s|xxxxxxxxxx/);
			}
		const { status, json } = await post(`/api/v1/auth/${word}`, { ...good, admin: true });
		expect([status, json.errors[0].field]).toEqual([422, "admin"]);
		const needed = Object.keys(good).filter(field => !["name", "cookie", "others"].includes(field));
		for (const field of needed)
			expect((await post(`/api/v1/auth/${word}`, { ...good, [field]: undefined })).status).toBe(422);
	});

	it("an import says of each account what is wrong with it, or of the batch", async () => {
		const give = (accounts: unknown) =>
			post("/api/v1/auth/accounts", { migration: "m", source: "s", accounts }, {}, door.key);
		for (const accounts of [
			[],
			{},
			"x",
			[1],
			[{ id: "1" }],
			[{ id: 1, email: "a@b" }],
			Array(201).fill({ id: "1", email: "a@b" })
		])
			expect((await give(accounts)).status).toBe(422);
		const { json } = await give([
			{ id: "1", email: "nobody" },
			{ id: "2", email: address(), password: "hunter2" }
		]);
		expect(json.results).toMatchObject([{ reason: "email-invalid" }, { reason: "hash-unknown" }]);
		expect(JSON.stringify(json)).not.toContain("hunter2");
	});
});

it("no password, hash, address or token is in the log", async () => {
	const email = await registered();
	await tokenOf(email);
	const log = door.node.log();
	for (const secret of [PASSWORD, "$argon2id", "@example.com", "token="]) expect(log).not.toContain(secret);
});
