/** People of an old system who come when they sign in, or with a session of theirs: from then on they are here (M10). */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OldPerson, PEOPLE } from "../support/people/fixtures";
import { openPeople, type PeopleNode } from "../support/people/node";
import { type OldSystem, startOldSystem } from "../support/people/old-system";

jest.setTimeout(240_000);

/** Some of their hashes take a busy machine a while. */
const ANSWER_MS = 3000;
let folder: string;
let old: OldSystem;
let node: PeopleNode;

const description = (login: string, person: string): string => `migration: shop
url: ${old.url}
answerMs: ${ANSWER_MS}
failures: 3
restMs: 50
active: 100
login:
${login}
person:
${person}
sessions: { as: introspection, path: /introspect, user: banyan, secret: "\${BANYAN_SECRET_OLD}", id: sub, email: email, cacheMs: 60000 }
`;
const AS_JSON = [
	"  path: /api/login\n  success: { status: 200 }",
	"  id: user.id\n  email: user.email\n  name: user.name\n  verified: user.confirmed"
] as const;
const AS_FORM = [
	"  path: /login\n  as: form\n  email: login\n  password: pass\n  hidden: { path: /login, field: csrf }\n  success: { redirect: /home, cookie: sid }",
	"  id: user.id\n  email: user.email\n  me: { path: /api/me }"
] as const;

async function opened([login, person]: readonly [string, string], data: string): Promise<PeopleNode> {
	const file = join(folder, `${data}.yaml`);
	writeFileSync(file, description(login, person));
	return openPeople(join(folder, data), { LEGACY: file, BANYAN_SECRET_OLD: "s3cret" });
}

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-lazy-"));
	old = await startOldSystem(PEOPLE);
	node = await opened(AS_JSON, "json");
});
afterAll(async () => {
	await node?.[Symbol.asyncDispose]();
	await old?.[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

const login = ({ email, password }: Pick<OldPerson, "email" | "password">, at = node) =>
	at.post("/api/v1/auth/login", { email, password });
const [first = PEOPLE[0] as OldPerson, second = PEOPLE[1] as OldPerson, third = PEOPLE[2] as OldPerson] = PEOPLE;

it("people of every format come at their first login, and the old system is asked for none of them again", async () => {
	for (const person of PEOPLE.slice(2))
		expect([person.format, (await login(person)).status]).toEqual([person.format, 200]);
	const asked = old.tried.length;
	expect((await login(third)).status).toBe(200);
	expect(old.tried).toHaveLength(asked);
	const auth = node.broker.getLocalService("auth") as unknown as {
		readonly accounts: { find(): Promise<{ records: { password: string; verified: boolean }[] }> };
	};
	const { records } = await auth.accounts.find();
	expect(records).toHaveLength(PEOPLE.length - 2);
	expect(
		records.filter(({ password, verified }) => verified && password.startsWith("$argon2id$v=19$m=19456"))
	).toHaveLength(records.length);
});

it("the same person in bulk is no second one, and keeps the password that they came with", async () => {
	const account = { id: third.id, email: third.email, password: first.stored };
	const { results } = await node.broker.call("auth.adoptAll", {
		migration: "shop",
		source: "accounts",
		accounts: [account]
	});
	expect(results[0]?.outcome).toBe("updated");
	expect((await login(third)).status).toBe(200);
	const progress = await node.broker.call("legacy.progress", {});
	expect(progress).toMatchObject({
		asked: true,
		lazy: PEOPLE.length - 2,
		bulk: 0,
		active: PEOPLE.length - 2,
		expected: 100
	});
});

it("A2: wrong for somebody who is here, for somebody who is there and for nobody: the same answer, after the same time", async () => {
	const took = async (email: string): Promise<[number, number, string]> => {
		const begun = performance.now();
		const said = await login({ email, password: "wrong" });
		return [
			performance.now() - begun,
			said.status,
			said.text.replace(/"instance":"[^"]*"|"traceId":"[^"]*"|"requestId":"[^"]*"/g, "")
		];
	};
	const said = [];
	for (const email of [third.email, first.email, "nobody@old.example"]) said.push(await took(email));
	for (const [ms, status] of said) {
		expect(status).toBe(401);
		expect(ms).toBeGreaterThanOrEqual(ANSWER_MS);
	}
	// Nobody's password goes to the old system who has one here.
	expect(old.tried.filter(email => email === third.email)).toHaveLength(1);
});

it("while the old system is away nobody is told that their password is wrong, and who is here comes in", async () => {
	old.down = true;
	for (const person of [first, { ...third, password: "wrong" }]) {
		const said = await login(person);
		expect([said.status, said.json.code ?? said.json.type]).toEqual([503, expect.stringContaining("OLD_SYSTEM_AWAY")]);
	}
	expect((await login(third)).status).toBe(200);
	old.down = false;
	for (let tries = 0; (await login(first)).status !== 200; tries++) expect(tries).toBeLessThan(20);
});

it("a session of the old system is exchanged for one of ours, asked for once, and one that is none is refused", async () => {
	const token = old.sessionOf(second.id);
	const before = old.introspected;
	for (let times = 0; times < 3; times++) {
		const said = await node.post("/api/v1/auth/legacy/exchange", { token });
		expect([said.status, typeof said.json.accessToken]).toEqual([200, "string"]);
	}
	expect(old.introspected).toBe(before + 1);
	for (const bad of ["nothing", "a;b", "a\r\nb: c"])
		expect((await node.post("/api/v1/auth/legacy/exchange", { token: bad })).status).toBe(401);
	for (const body of [{}, { token: "" }, { token: 1 }, { token: "x".repeat(9000) }])
		expect((await node.post("/api/v1/auth/legacy/exchange", body)).status).toBe(422);
	// They have no password here, and the one that they had is asked for there.
	expect((await login(second)).status).toBe(200);
});

it("a form with a hidden field, a redirect and a cookie is a login, too", async () => {
	const other = await opened(AS_FORM, "form");
	try {
		expect((await login(second, other)).status).toBe(200);
		expect((await login({ ...first, password: "wrong" }, other)).status).toBe(401);
	} finally {
		await other[Symbol.asyncDispose]();
	}
});

it("a file that is wrong keeps the node from starting, by line", async () => {
	const file = join(folder, "wrong.yaml");
	writeFileSync(file, "migration: shop\nurl: http://x\nlogin:\n  path: login\n  pasword: p\nperson: { id: id }\n");
	await expect(openPeople(join(folder, "wrong"), { LEGACY: file })).rejects.toThrow(
		/line 4: 'login.path'|line [345]: 'login'/
	);
});
