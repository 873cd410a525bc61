/** Letters by a real mail server: what it refuses, puts off or never answers; and a sender that is killed. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import { openNode } from "../../node";
import { type MailServer, startMailServer } from "../support/mail-server";
import { until } from "../support/until";

let server: MailServer;
let dir: string;
let node: Broker | undefined;
beforeAll(async () => {
	server = await startMailServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), "banyan-mail-"));
	Object.assign(server, { tries: 0, says: undefined });
	server.letters.length = 0;
});
afterEach(async () => {
	await node?.stop();
	node = undefined;
	rmSync(dir, { recursive: true, force: true });
});

const settings = (more: Record<string, string> = {}) => ({
	SERVICES: "mail",
	DATA_DIR: dir,
	SMTP_URL: server.url,
	MAIL_FROM: "Banyan <no-reply@banyan.example>",
	MAIL_RETRY: "10",
	MAIL_TIMEOUT: "300",
	...more
});
const open = async (more?: Record<string, string>): Promise<Broker> => {
	node = await openNode({ logLevel: "warn", logFile: join(dir, "log") }, settings(more));
	return node;
};
const log = (): string => readFileSync(join(dir, "log"), "utf8");
/** All that is on the disk. */
const kept = (): string =>
	readdirSync(dir)
		.filter(name => name !== "secret.key")
		.map(name => readFileSync(join(dir, name), "latin1"))
		.join("");

const LETTER = {
	id: "letter-1",
	to: "ada@example.org",
	template: "reset-password",
	fields: { email: "ada@example.org", token: "acc.the-token" }
} as const;
type Told = readonly { readonly labels: { readonly outcome: string }; readonly value: number }[];
const outcomes = (of: string): number => {
	const told = node?.metrics.getMetric("banyan.mail.letters")?.snapshot() as Told | undefined;
	return told?.find(({ labels }) => labels.outcome === of)?.value ?? 0;
};
const record = (): Promise<unknown> => {
	const service = node?.getLocalService("mail") as unknown as { letters: { get(id: string): Promise<unknown> } };
	return service.letters.get(LETTER.id);
};

it("a letter is sent once, to one address, in text and in HTML, and what it said is forgotten", async () => {
	await open({ PUBLIC_URL: "https://banyan.example" });
	const send = (letter: object) => node?.call("mail.send", { ...LETTER, ...letter });
	expect(await send({ fields: { email: "ada@example.org", link: "/reset?token=a&b=<i>" } })).toBe(true);
	expect(await send({})).toBe(false);
	await until(() => outcomes("sent") === 1);
	expect(await record()).toMatchObject({ state: "sent", sealed: null });
	const [letter] = server.letters;
	expect(letter).toMatchObject({
		subject: "Choose a new password",
		from: { name: "Banyan", address: "no-reply@banyan.example" },
		to: [{ name: "", address: "ada@example.org" }],
		rcpt: ["ada@example.org"]
	});
	expect(letter?.messageId).toMatch(/^<[\w-]+@banyan\.example>$/);
	expect(letter?.text).toContain("https://banyan.example/reset?token=a&b=%3Ci%3E\n");
	expect(letter?.html).toContain('<a href="https://banyan.example/reset?token=a&amp;b=%3Ci%3E">');
	expect(letter?.headers).toContainEqual(expect.objectContaining({ key: "auto-submitted", value: "auto-generated" }));
	await node?.stop();
	node = undefined;
	expect(kept()).not.toMatch(/ada@example|token/);
});

it("put off (4xx) it is sent later, as the same letter; the log names nobody", async () => {
	server.says = { status: 451 };
	await (await open()).call("mail.send", LETTER);
	await until(() => server.tries >= 3);
	expect(kept()).not.toMatch(/ada@example|the-token/);
	server.says = undefined;
	await until(() => server.letters.length === 1);
	expect(log()).toContain(
		"A letter (reset-password) could not be sent and is tried again, after 1 tries: EENVELOPE (451 to RCPT TO)."
	);
	expect(log()).not.toMatch(/ada@/);
});

it.each(["rcpt", "data"] as const)("refused for good (5xx at %s) it is given up, and that is seen", async at => {
	server.says = { status: 550, at };
	await (await open()).call("mail.send", LETTER);
	await until(() => outcomes("refused") === 1);
	expect(server.tries).toBe(1);
	expect(log()).toMatch(/A letter \(reset-password\) could not be sent and is given up, after 1 tries: \w+ \(550/);
	expect(log()).not.toMatch(/ada@/);
});

it("a server that never answers is left, and asked again", async () => {
	server.says = "hang";
	await (await open()).call("mail.send", LETTER);
	await until(() => server.tries >= 2);
	server.says = undefined;
	await until(() => server.letters.length === 1);
});

it("what cannot be sent in time is given up, and its content goes", async () => {
	server.says = { status: 421 };
	await (await open({ MAIL_GIVE_UP: "100" })).call("mail.send", LETTER);
	await until(() => outcomes("given-up") === 1);
	expect(await record()).toMatchObject({ state: "given-up", sealed: null });
});

it("a person who was erased gets no letter that waits, and all others do", async () => {
	server.says = { status: 451 };
	const mail = await open({ MAIL_RETRY: "60000" });
	await mail.call("mail.send", { ...LETTER, account: "a1" });
	await mail.call("mail.send", { ...LETTER, id: "letter-2", to: "eve@example.org", account: "a2" });
	await until(() => outcomes("again") === 2);
	expect(await personal("a1")).toEqual({
		letters: [{ template: "reset-password", state: "waiting", at: expect.any(String) }]
	});
	const service = mail.getLocalService("mail") as unknown as { erased(ctx: object): Promise<void> };
	const forgot: object[] = [];
	await service.erased({
		params: { account: "a1", request: "r1" },
		call: async (_action: string, params: object) => forgot.push(params)
	});
	expect(forgot).toEqual([{ request: "r1", service: "mail", count: 1, kept: [] }]);
	expect([await personal("a1"), await personal("a2")]).toEqual([null, expect.anything()]);
	await mail.stop();
	server.says = undefined;
	await open();
	await until(() => server.letters.length === 1);
	expect(server.letters[0]?.rcpt).toEqual(["eve@example.org"]);
});
const personal = (account: string): Promise<unknown> =>
	(node as unknown as { call(action: string, params: object): Promise<unknown> }).call("mail.personal", { account });

it("killed between the sending and the note of it: the letter comes again, as the same one", async () => {
	const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "../support/posting-node.ts")], {
		cwd: join(__dirname, "../.."),
		env: { ...process.env, ...settings(), FAILPOINT: "posted@1=kill", LETTER: JSON.stringify(LETTER) },
		stdio: ["ignore", "inherit", "inherit"]
	});
	const [, signal] = await once(child, "exit");
	expect([signal, server.letters.length]).toEqual(["SIGKILL", 1]);
	await open();
	await until(() => outcomes("sent") === 1);
	expect(server.letters).toHaveLength(2);
	expect(server.letters[1]?.messageId).toBe(server.letters[0]?.messageId);
	expect(server.letters[1]?.text).toBe(server.letters[0]?.text);
});
