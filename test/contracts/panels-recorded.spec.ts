/** Every recorded request and answer of the real panels, asked again of the samples: one test a recording, none skipped. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Json, parseJson } from "../../demo/panels/json";
import { startMarzban } from "../../demo/panels/marzban";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { ask, form, logIn, object, objects, type Reply, type Sending } from "../support/panels";
import { differences } from "../support/panels-shape";

interface Recording {
	readonly index: number;
	readonly panel: "marzban" | "marzneshin";
	readonly name: string;
	readonly method: string;
	readonly path: string;
	readonly request: Json;
	readonly status: number;
	readonly type: string | undefined;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Json;
}

/** The clock of the recordings. */
const now = (): Date => new Date("2026-11-21T02:27:26Z");

function read(): Recording[] {
	const list = parseJson(readFileSync(join(__dirname, "../fixtures/panels/errors.json"), "utf8"));
	return objects(list).map((entry, index) => {
		const headers = Object.fromEntries(
			Object.entries(object(entry.headers)).map(([name, value]) => [name, `${value}`])
		);
		return {
			index,
			panel: entry.panel === "marzban" ? "marzban" : "marzneshin",
			name: `${entry.case}`,
			method: `${entry.method}`,
			path: `${entry.path}`,
			request: entry.request ?? null,
			status: Number(entry.status),
			type: headers["content-type"],
			headers,
			body: entry.body ?? null
		};
	});
}

const recordings = read();
const boundary = "sampleboundary";

function query({ path, request }: Recording): string {
	if (request === null) return path;
	const entries = Array.isArray(request) ? (request as [string, Json][]) : Object.entries(object(request));
	const pairs = entries.map(([name, value]): [string, string] => [name, `${value}`]);
	return `${path}?${new URLSearchParams(pairs)}`;
}

function loginOf({ name, request }: Recording): Sending {
	if (name === "login json body instead of form") return { method: "POST", json: request };
	if (name !== "login multipart") return { method: "POST", raw: form(object(request) as Record<string, string>) };
	const part = (field: string, value: string): string =>
		`--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`;
	const text = `${part("username", "admin")}${part("password", "admin123")}--${boundary}--\r\n`;
	return { method: "POST", raw: { type: `multipart/form-data; boundary=${boundary}`, text } };
}

/** As it was sent: queries for what reads and removes, forms for logins, JSON for the rest; `null` was `{}`. */
function sendingOf(recording: Recording): { path: string; sending: Sending } {
	const { method, path, request } = recording;
	if (path.endsWith("/token")) return { path, sending: loginOf(recording) };
	if (method === "GET" || method === "DELETE" || path.endsWith("/set-owner"))
		return { path: query(recording), sending: { method } };
	if (request === "{bad") return { path, sending: { method, raw: { type: "application/json", text: "{bad" } } };
	return { path, sending: { method, json: request ?? {} } };
}

/** Who asked, where the case says it was not the sudo. */
function accountOf({ panel, name }: Recording): string | undefined {
	if (name === "no token" || name.startsWith("login") || name === "disabled admin login") return undefined;
	if (name === "bad token") return "nobody";
	if (name === "disabled admin token") return "disabled_admin";
	if (name === "by db sudo (owner set)") return "dbsudo";
	if (/non-sudo|others user/.test(name)) return panel === "marzban" ? "res1" : "reseller1";
	return "admin";
}

const passwords: Readonly<Record<string, string>> = {
	admin: "admin123",
	dbsudo: "db-pass",
	res1: "pw",
	reseller1: "reseller1-pass",
	disabled_admin: "disabled-pass"
};

async function replayed(panel: Panel, recording: Recording): Promise<Reply> {
	const account = accountOf(recording);
	const password = passwords[account ?? ""];
	const token = account === "nobody" ? "bad" : account && password ? await logIn(panel, account, password) : undefined;
	const { path, sending } = sendingOf(recording);
	return ask(panel, path, { ...sending, token });
}

function compared(panel: Panel, recording: Recording, reply: Reply): string[] {
	const found: string[] = [];
	const expect = (what: string, actual: unknown, expected: unknown): void => {
		if (actual !== expected) found.push(`${what}: ${actual} instead of ${expected}`);
	};
	expect("status", reply.status, recording.status);
	if (recording.status !== 307) expect("type", reply.headers["content-type"], recording.type);
	for (const [name, value] of Object.entries(recording.headers)) {
		if (name === "content-type") continue;
		expect(name, reply.headers[name], value.replace(/^http:\/\/127\.0\.0\.1:\d+/, panel.url));
	}
	return [...found, ...differences(reply.body, recording.body, recording.request)];
}

async function holds(panel: Panel, recording: Recording): Promise<void> {
	const found = compared(panel, recording, await replayed(panel, recording));
	expect(found).toEqual([]);
}

const titled = (panel: Recording["panel"]): (readonly [string, Recording])[] =>
	recordings
		.filter(recording => recording.panel === panel)
		.map(recording => {
			const { index, name, method, path } = recording;
			return [`${index} ${name} ${method} ${path.slice(0, 60)}`, recording] as const;
		});

test("there are 249 recordings, and the samples answer to each", () => {
	expect(titled("marzban").length + titled("marzneshin").length).toBe(249);
});

describe("Marzban, as recorded", () => {
	let panel: Panel;
	beforeAll(async () => {
		// The panel that was recorded took T_MIN beside t_min.
		panel = await startMarzban({ createMs: 0, loginMs: 0, jobSeconds: 0, now, naming: "exact" });
		const token = await logIn(panel);
		const json = { username: "dbsudo", password: "db-pass", is_sudo: true };
		await ask(panel, "/api/admin", { method: "POST", token, json });
	});
	afterAll(() => panel.close());
	test.each(titled("marzban"))("%s", (_, recording) => holds(panel, recording));
});

describe("Marzneshin, as recorded", () => {
	let panel: Panel;
	beforeAll(async () => {
		panel = await startMarzneshin({ createMs: 0, loginMs: 0, jobSeconds: 0, now });
	});
	afterAll(() => panel.close());

	/** The recorder had removed the users it made before it went on to read. */
	async function cleaned(): Promise<void> {
		const token = await logIn(panel);
		const { body } = await ask(panel, "/api/users?username=zz_", { token });
		for (const { username } of objects(object(body).items))
			await ask(panel, `/api/users/${encodeURIComponent(`${username}`)}`, { method: "DELETE", token });
	}

	test.each(titled("marzneshin"))("%s", async (_, recording) => {
		if (recording.name === "page1") await cleaned();
		await holds(panel, recording);
	});
});
