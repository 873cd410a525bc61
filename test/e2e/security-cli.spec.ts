/** Row 15: whatever answers in a server's place, a command says so in one line, writes where it was told, and ends. */

import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import type { Flags } from "../../cli/command";
import { status } from "../../cli/commands/status";
import { isOverheard, opener } from "../../cli/open";
import { CONTRACTS } from "../../contracts/cluster";
import type { Plan, Status } from "../../contracts/migration/migration";
import { routesOf } from "../../domain/platform/routes";
import { CORPUS, steeringIn, withoutOurs } from "../support/hostile";
import { banyan, type Ended, VERBS, type Work } from "../support/in-process";
import { sample } from "../support/samples";

const KEY = "bny_0123456789abcdef";
type Say = (req: IncomingMessage, res: ServerResponse) => void;

/** Where the definition lies, and where commands may write: nowhere else. */
let folder: string;
let before: string;
let say: Say = (_, res) => void res.end();
const server = createServer((req, res) => {
	req.resume();
	res.on("error", () => undefined);
	try {
		say(req, res);
	} catch (error) {
		res.writeHead(500).end(String(error));
	}
});
let url: string;
beforeAll(async () => {
	before = process.cwd();
	folder = mkdtempSync(join(tmpdir(), "banyan-hostile-"));
	process.chdir(folder);
	writeFileSync("panel.json", JSON.stringify({ name: "panel" }));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
	process.chdir(before);
	server.closeAllConnections();
	server.close();
	rmSync(folder, { recursive: true, force: true });
});

const ran = (work: Work, flags: Flags = {}): Promise<Ended> => banyan({ url, key: KEY }, work, flags);

const WRITTEN = [
	"panel.json",
	"panel-inbounds.json",
	"links",
	"new-secrets.csv",
	...["ndjson", "json", "html", "customers"].map(each => `report-${each}`)
];

/** What holds of every command, whatever it was answered. */
function holds(what: string, { code, text }: Ended): void {
	expect([what, [0, 1, 2, 4].includes(code)]).toEqual([what, true]);
	expect([what, steeringIn(withoutOurs(text))]).toEqual([what, []]);
	expect([what, /^\s+at .*[:(]\d|TypeError|RangeError|SyntaxError|undefined|\[object/m.exec(text)?.[0]]).toEqual([
		what,
		undefined
	]);
	expect(text).not.toContain(KEY);
	expect(readdirSync(folder).filter(name => !WRITTEN.includes(name))).toEqual([]);
	expect(readdirSync(join(folder, "..")).filter(name => /escaped|evil/.test(name))).toEqual([]);
}

const type = (req: IncomingMessage): string =>
	String(req.headers.accept).includes("event-stream") ? "text/event-stream" : "application/json";
const text =
	(body: string, status = 200, media?: string): Say =>
	(req, res) =>
		void res.writeHead(status, { "content-type": media ?? type(req) }).end(body);

const ROUTES = routesOf(CONTRACTS).map(({ action, method, path }) => ({
	action,
	method,
	pattern: new RegExp(`^${path.replace(/:\w+/g, "[^/]+")}$`),
	literal: !path.includes(":")
}));

/** The action that is asked for, by its route. */
function actionOf({ method, url: path = "" }: IncomingMessage): string {
	const plain = path.replace(/\?.*/, "");
	const fitting = ROUTES.filter(route => route.method === method && route.pattern.test(plain));
	return (fitting.find(({ literal }) => literal) ?? fitting[0])?.action ?? "migration.status";
}

/** What a migration is called in an answer to this request. */
const askedName = (req: IncomingMessage, action: string): string =>
	({ "migration.plan": "panel", "migration.dryRun": "dry-run of panel" })[action] ??
	decodeURIComponent(/migrations\/([^/?]+)/.exec(req.url ?? "")?.[1] ?? "");

/** It is over, and there is no more of it: so that a command that waits for that ends. */
const OVER = { phase: "finished", running: false, failure: null, next: null } as const;

/** Answers of the right form, with this text wherever a text may be; the name is the one that was asked for. */
const formed =
	(said: () => string): Say =>
	(req, res) => {
		const action = actionOf(req);
		const value = sample<Record<string, unknown>>(action, said);
		const own = { ...OVER, ...(action.startsWith("migration.") && { name: askedName(req, action) }) };
		if (!Array.isArray(value))
			for (const [field, fixed] of Object.entries(own)) if (Object.hasOwn(value, field)) value[field] = fixed;
		const line = `id: 1\nevent: log\ndata: ${JSON.stringify(sample("LogLine", said))}\n\n`;
		res.writeHead(200, { "content-type": type(req) });
		res.end(type(req) === "text/event-stream" ? line : JSON.stringify(value));
	};

/** Forms that no answer has. */
const GARBAGE: Readonly<Record<string, Say>> = {
	nothing: text(""),
	"no JSON": text("{"),
	null: text("null"),
	"a number": text("1"),
	"a text": text('"<b>"'),
	"an empty list": text("[]"),
	"an empty table": text("{}"),
	"a list of nulls": text("[null]"),
	"wrong kinds": text('{"name":1,"streams":{},"findings":"x","lines":5,"next":{},"ok":"yes"}'),
	"nested without end": text("[".repeat(200_000) + "]".repeat(200_000)),
	"its own prototype": text('{"__proto__":{"name":"panel"},"constructor":{"prototype":{}},"name":"panel"}'),
	"numbers without end": (req, res) =>
		void res
			.writeHead(200, { "content-type": type(req) })
			.end(JSON.stringify(sample(actionOf(req), () => "panel")).replaceAll(":3", ":1e999")),
	"a page": text("<script>alert(1)</script>", 200, "text/html"),
	"a type of no kind": text("{}", 200, "\u009b31m\u0085"),
	"a stack trace": text("Error: x\n    at f (file.js:1:1)", 500, "text/plain"),
	"a problem that steers": text(
		JSON.stringify({
			code: "NOT_FOUND",
			detail: CORPUS.join(" "),
			errors: [{ field: CORPUS, message: CORPUS[20] }, null]
		}),
		404,
		"application/problem+json"
	),
	"a problem of no kind": text("[]", 400, "application/problem+json"),
	"a status of no kind": text("", 299),
	"an event of no kind": text("id: \u0001\nevent: log\ndata: {\n\n"),
	"another's name": (req, res) => {
		const value = sample<object>(actionOf(req), () => "../../escaped");
		res.writeHead(200, { "content-type": type(req) }).end(JSON.stringify(value));
	}
};

describe.each(Object.keys(VERBS))("%s", verb => {
	const work = VERBS[verb] as Work;

	it("takes nothing for an answer that is none", async () => {
		for (const [what, garbage] of Object.entries(GARBAGE)) {
			say = garbage;
			holds(`${verb}: ${what}`, await ran(work));
		}
	});

	it("shows what an answer holds, and is steered by none of it", async () => {
		// Each field has another one; in each round they stand elsewhere.
		for (const round of [0, 5, 11, 17]) {
			let nth = round;
			say = formed(() => CORPUS[nth++ % CORPUS.length] as string);
			for (const json of [false, true]) holds(`${verb}: round ${round}`, await ran(work, { json }));
		}
	});
});

it("answers of the right form are told, so that the table above means something", async () => {
	say = formed(() => "words of mine");
	for (const verb of ["plan", "status", "list", "logs", "diff"])
		expect([verb, (await ran(VERBS[verb] as Work)).text]).toEqual([verb, expect.stringContaining("words of mine")]);
});

it("a name that is not the operator's names no file and no further request", async () => {
	const asked: string[] = [];
	say = (req, res) => {
		asked.push(String(req.url));
		const planned = {
			...sample<Plan>("migration.plan", () => "x"),
			ok: true,
			artefacts: [{ kind: "inbounds", keys: ["a"] }]
		};
		const body = req.url?.endsWith("/artefacts")
			? { items: [{ tag: "a" }], notes: [] }
			: { ...planned, name: "../../escaped" };
		res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
	};
	for (const verb of ["plan", "run", "dry-run"]) {
		const { code, text: told } = await ran(VERBS[verb] as Work);
		expect([verb, code, told]).toEqual([verb, 1, expect.stringMatching(/not as Banyan answers/)]);
	}
	expect(asked.filter(path => !/plan|dry-run/.test(path))).toEqual([]);
	expect(readdirSync(folder)).not.toContain("escaped-inbounds.json");
});

it.each([301, 302, 303, 307, 308])("HTTP %i leads the key nowhere", async code => {
	const keys: unknown[] = [];
	const other = createServer((req, res) => {
		keys.push(req.headers["x-api-key"]);
		res.end("{}");
	}).listen(0, "127.0.0.1");
	await once(other, "listening");
	const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
	say = (_, res) => void res.writeHead(code, { location: `${elsewhere}/%1b` }).end();
	for (const verb of ["status", "plan", "follow", "keys create"]) {
		const ended = await ran(VERBS[verb] as Work);
		holds(verb, ended);
		expect([ended.code, ended.text]).toEqual([1, expect.stringContaining("leads elsewhere")]);
	}
	expect(keys).toEqual([]);
	other.close();
});

/** Writes for as long as it is read. */
const endless =
	(piece: string, status = 200, media?: string): Say =>
	(req, res) => {
		res.writeHead(status, { "content-type": media ?? type(req) });
		const more = (): void => {
			while (!res.destroyed && res.write(piece));
		};
		res.on("drain", more);
		more();
	};

it.each<[string, Say, string]>([
	["an answer", endless(`["${"x".repeat(65_536)}",`), "status"],
	["blanks", endless(" ".repeat(65_536)), "list"],
	["a problem", endless("x".repeat(65_536), 500, "application/problem+json"), "plan"],
	["a redirect", endless("x".repeat(65_536), 302), "status"],
	["a page", endless("x".repeat(65_536), 200, "text/html"), "status"],
	["an event's line", endless(`data: ${"x".repeat(65_536)}`), "follow"],
	["an event's lines", endless("data: x\n".repeat(8_192)), "follow"],
	["an event's empty lines", endless("a\n".repeat(32_768)), "follow"]
])("%s without an end is given up", async (_, answer, verb) => {
	say = (req, res) => {
		// The status that is looked at beside the stream.
		if (verb === "follow" && !String(req.headers.accept).includes("event-stream")) {
			const value = { ...sample<Status>("migration.status", () => "panel"), running: true };
			res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
		} else answer(req, res);
	};
	const ended = await ran(VERBS[verb] as Work);
	expect(ended.code).toBe(1);
	holds(verb, ended);
});

it("lines without an end are given up", async () => {
	let nth = 0;
	say = (req, res) => {
		const value =
			actionOf(req) === "migration.status"
				? sample("migration.status", () => "panel")
				: { lines: [], next: String(nth++ % 200) };
		res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
	};
	for (const verb of ["logs", "diff", "report ndjson", "report html"]) {
		const ended = await ran(VERBS[verb] as Work);
		expect([verb, ended.code, ended.text]).toEqual([verb, 1, expect.stringContaining("no end")]);
	}
});

it("what goes back in a header can stand in one, and a path leads nowhere else", async () => {
	say = text("id: a\u0000b\r\nid: \u00e9\nevent: log\ndata: {}\n\n");
	holds("follow", await ran(VERBS.follow as Work));
	for (const name of ["..", "."]) {
		const ended = await ran((client, flags) => status(client, name, flags));
		expect([ended.code, ended.text]).toEqual([1, `banyan: '${name}' is no name.\n`]);
	}
});

describe("the key", () => {
	const opened = async (address: string, file?: string): Promise<string> => {
		let told = "";
		const spy = jest.spyOn(process.stderr, "write").mockImplementation((chunk => {
			told += String(chunk);
			return true;
		}) as Writable["write"] as never);
		try {
			const open = opener(
				() => Promise.reject(new Error("embedded")),
				() => ({ BANYAN_API_KEY: KEY })
			)({ url: address, ...(file !== undefined && { apiKeyFile: file }) });
			await (await open("read")).close();
			return told;
		} finally {
			spy.mockRestore();
		}
	};

	it.each([
		["http://banyan.example:8000", true],
		["http://10.0.0.1", true],
		["http://localhost.evil.example", true],
		["http://127.0.0.1.evil.example", true],
		["https://banyan.example", false],
		["http://127.0.0.1:8000", false],
		["http://[::1]:8000", false],
		["http://localhost:8000", false]
	])("to %s can be overheard: %s", (address, overheard) => {
		expect(isOverheard(address)).toBe(overheard);
	});

	it("goes unencrypted to another machine with a word", async () => {
		say = formed(() => "x");
		expect((await ran(VERBS.list as Work)).text).not.toContain("unencrypted");
		const wide = createServer((req, res) => say(req, res)).listen(0, "0.0.0.0");
		await once(wide, "listening");
		// By a name that is this machine, but does not say so.
		const own = url;
		url = `http://0.0.0.0:${(wide.address() as AddressInfo).port}`;
		expect((await ran(VERBS.list as Work)).text).toContain(`The API key goes to ${url} unencrypted`);
		url = own;
		wide.closeAllConnections();
		wide.close();
	});

	it.each([
		[0o600, false],
		[0o640, true],
		[0o604, true]
	])("in a file of mode %o is told to be readable by others: %s", async (mode, warned) => {
		const own = mkdtempSync(join(tmpdir(), "banyan-key-"));
		const file = join(own, "key");
		writeFileSync(file, KEY, { mode });
		expect((await opened("http://127.0.0.1", file)).includes("can be read by others")).toBe(warned);
		rmSync(own, { recursive: true });
	});
});
