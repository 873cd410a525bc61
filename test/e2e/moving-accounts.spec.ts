/** People of an old system, moved from a file in bulk: they sign in by the passwords they had, and are argon2id after. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BARE, csvOf, type OldPerson, PEOPLE } from "../support/people/fixtures";
import { openPeople, type PeopleNode } from "../support/people/node";
import { until } from "../support/until";

jest.setTimeout(240_000);

let folder: string;
let node: PeopleNode;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-moving-"));
	node = await openPeople(folder);
});
afterAll(async () => {
	await node?.[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

const definition = (name: string, file: string, more = ""): string => `name: ${name}
source: { connector: csv, file: ${file}, hash: hash }
target: { connector: banyan, url: "${node.url}", apiKey: "${node.key}", retryBaseMs: 5 }
batch: { records: 10 }
${more}`;

async function moved(name: string, document: string) {
	const plan = await node.broker.call("migration.plan", { document });
	expect(plan.findings.filter(({ ok }) => !ok)).toEqual([]);
	await node.broker.call("migration.start", { name });
	return ended(name);
}
async function ended(name: string) {
	await until(async () => !(await node.broker.call("migration.status", { name })).running);
	return node.broker.call("migration.status", { name });
}
const login = ({ email, password }: Pick<OldPerson, "email" | "password">) =>
	node.post("/api/v1/auth/login", { email, password });
const total = async (): Promise<number> => (await node.broker.call("auth.list", {})).accounts.length;

/** What is kept of each. */
async function hashes(): Promise<{ readonly email: string; readonly id: string }[]> {
	const auth = node.broker.getLocalService("auth") as unknown as {
		readonly accounts: { find(): Promise<{ records: { email: string; password: string }[] }> };
	};
	return (await auth.accounts.find()).records.map(({ email, password }) => ({ email, id: password }));
}

/** The files of the data folder in which a text stands. */
const holding = (text: string): string[] => {
	const data = join(folder, "data");
	const files = readdirSync(data, { recursive: true, encoding: "utf8" }).filter(name =>
		statSync(join(data, name)).isFile()
	);
	return files.filter(name => readFileSync(join(data, name)).includes(text));
};

it("moves people of every format, who sign in, are argon2id after, and compare equal; a rollback takes back who was not here since", async () => {
	writeFileSync(join(folder, "people.csv"), csvOf(PEOPLE));
	const status = await moved("people", definition("people", "people.csv"));
	expect([status.phase, status.verdict?.differences, status.failure]).toEqual(["finished", 0, null]);
	expect(status.streams.map(({ stream, read, outcomes }) => [stream, read, outcomes.created])).toEqual([
		["accounts", PEOPLE.length, PEOPLE.length]
	]);
	expect(await total()).toBe(PEOPLE.length);

	const [stays = PEOPLE[0] as OldPerson, ...sign] = PEOPLE;
	for (const person of sign) {
		const said = await login(person);
		expect([person.format, said.status, said.text]).toEqual([person.format, 200, expect.any(String)]);
	}
	for (const { id, email } of await hashes())
		expect([email, id.startsWith("$argon2id$v=19$m=19456,t=2,p=1$")]).toEqual([email, email !== stays.email]);
	const wrong = await login({ ...(sign[0] as OldPerson), password: "wrong horse" });
	expect(wrong.status).toBe(401);

	// What their hashes are now is no difference.
	for (const { stored } of PEOPLE) expect(holding(stored).filter(file => !file.startsWith("accounts."))).toEqual([]);
	await node.broker.call("migration.compare", { name: "people" });
	expect((await ended("people")).verdict?.differences).toBe(0);

	await node.broker.call("migration.rollback", { name: "people" });
	const back = await ended("people");
	expect(back.streams[0]).toMatchObject({ restored: 1, changedSince: sign.length });
	expect(await total()).toBe(sign.length);
	expect((await login(stays)).status).toBe(401);
	expect((await login(sign[0] as OldPerson)).status).toBe(200);
});

it("tells at the plan, and of each row, what does not come along: hashes without salt or form, addresses that are none, twice or taken", async () => {
	const [ssha] = PEOPLE;
	const row = (id: string, email: string, hash: string): string[] => [id, email, "N", hash, ""];
	const bare = BARE.map(({ stored }, index) => row(`b${index}`, `bare${index}@rows.example`, stored));
	await node.broker.call("auth.adoptAll", {
		migration: "m",
		source: "s",
		accounts: [{ id: "1", email: "taken@rows.example" }]
	});
	const more = [
		...bare,
		row("u", "unknown@rows.example", "$9$what$isthis"),
		row("n", "none@rows.example", ""),
		row("i", "no address", ssha?.stored ?? ""),
		row("d", " Bare0@ROWS.example", ssha?.stored ?? ""),
		row("t", "taken@rows.example", ssha?.stored ?? "")
	];
	writeFileSync(join(folder, "rows.csv"), csvOf([], more));
	const document = definition("rows", "rows.csv");
	const { findings } = await node.broker.call("migration.plan", { document });
	expect(findings.find(({ code }) => code === "value-twice")?.message).toContain("lines 2 and 9");
	const [accounts] = (await moved("rows", document)).streams;
	expect(accounts?.outcomes).toMatchObject({ created: bare.length + 2, quarantined: 3 });
	const { losses } = accounts ?? {};
	expect(Object.fromEntries(Object.entries(losses ?? {}).map(([code, { count }]) => [code, count]))).toMatchObject({
		hash_unsalted: bare.length,
		hash_unknown: 1,
		no_hash: 1
	});
	const { lines } = await node.broker.call("migration.report", { name: "rows", stream: "accounts" });
	const codes = lines.filter(({ outcome }) => outcome === "quarantined").map(({ id, code }) => [id, code]);
	expect(codes).toEqual([
		["i", "email_invalid"],
		["d", "email_twice"],
		["t", "conflict"]
	]);
	for (const [, , , hash = ""] of more) if (hash !== "") expect(JSON.stringify(lines)).not.toContain(hash);
	for (const { password } of BARE) expect((await login({ email: "bare0@rows.example", password })).status).toBe(401);
});
