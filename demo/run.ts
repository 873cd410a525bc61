/**
 * The demo: both sample panels and a server on free ports. Every recorded user goes from one panel to the other by the
 * command `banyan` from afar; the server is killed once in the middle and goes on. Old links are opened before, during and
 * after. Both sides are compared, everyone is accounted for, and all of it is rolled back; then once more with the
 * target's database. `KEEP=1` leaves all running, with what the second run moved.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import type { Status, StreamStatus } from "../contracts/migration/migration";
import { OUTCOMES } from "../contracts/migration/records";
import { environment } from "../environment";
import { banyan, output, statusOf, type Variables } from "./command";
import { dataOf, emptied, noteKept } from "./folder";
import { openLink, type Server, startServer } from "./server";

const HERE = environment();
const ROOT = join(__dirname, "..", "..");
const FOLDER = join(ROOT, "data", "demo");
const DEFINITION = join(FOLDER, "panel.yaml");
const WITH_DATABASE = join(FOLDER, "panel-with-database.yaml");
const RECORDED_USERS = 999;
const KILL_AFTER = 400;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const title = (text: string): void => say(`\n── ${text}`);

interface SamplePanel {
	readonly name: string;
	readonly url: string;
	readonly process: ChildProcess;
	readonly file: string;
}

/** A sample panel in a process of its own, on a free port. */
async function openPanel(name: string): Promise<SamplePanel> {
	const serve = join(__dirname, "panels", "serve.js");
	const file = join(FOLDER, `${name}.db`);
	const child = spawn(process.execPath, [serve, name, "--file", file], {
		stdio: ["ignore", "pipe", "ignore"],
		detached: HERE.KEEP !== undefined
	});
	const [line] = (await once(createInterface(child.stdout), "line")) as [string];
	const { url } = JSON.parse(line) as { url: string };
	say(`${name} listens on ${url} (admin, admin123)`);
	return { name, url, process: child, file };
}

const usersOf = (status: Status): StreamStatus | undefined => status.streams.find(({ stream }) => stream === "users");

/** Starts the migration from afar and kills the server, as the kernel would, once some hundred users have moved. */
async function runAndKill(variables: Variables, server: Server): Promise<void> {
	const run = banyan(variables, ["run", DEFINITION], true);
	for (;;) {
		const { code, output } = await banyan(variables, ["status", "panel", "--json"]).ended;
		const status = code === 0 ? (JSON.parse(output) as Status) : undefined;
		const read = (status && usersOf(status)?.read) ?? 0;
		if (status?.phase === "finished") throw new Error("The run ended before it could be killed.");
		if (read < KILL_AFTER) continue;
		await server.kill();
		run.process.kill("SIGINT");
		await run.ended;
		say(`\nThe server was killed with -9 after ${read} users were counted.`);
		return;
	}
}

const WHO: Readonly<Record<string, string>> = { source: "Marzneshin", target: "Marzban" };

/** An old link at the server, as a customer's app opens it. True when the panel that should has answered. */
async function linkIs(server: Server, whose: string, path: string, expected: "source" | "target"): Promise<boolean> {
	const { by, status, links } = await openLink(server, path);
	const answered = status === 200 && by === expected;
	say(`old link of ${whose}: ${status}, ${links} proxies, from ${WHO[by] ?? by}${answered ? "" : "  ← WRONG"}`);
	return answered;
}

/** Two customers of the source with working links: the first who will move, and the last. */
async function customersOf({ url }: SamplePanel): Promise<{ readonly first: string; readonly last: string }> {
	const body = new URLSearchParams({ username: "admin", password: "admin123" });
	const login = await fetch(`${url}/api/admins/token`, { method: "POST", body });
	const { access_token } = (await login.json()) as { access_token: string };
	const headers = { authorization: `Bearer ${access_token}` };
	const page = async (number: number): Promise<string[]> => {
		const answer = await fetch(`${url}/api/users?page=${number}&size=100`, { headers });
		const { items } = (await answer.json()) as { items: { subscription_url: string; enabled: boolean }[] };
		return items.map(({ subscription_url }) => new URL(subscription_url, url).pathname);
	};
	const works = async (path: string): Promise<boolean> => {
		const answer = await fetch(`${url}${path.slice(path.indexOf("/sub/"))}/links`);
		return answer.ok && (await answer.text()).includes("://");
	};
	const firstThatWorks = async (paths: readonly string[]): Promise<string> => {
		for (const path of paths) if (await works(path)) return path;
		throw new Error("No link of the sample panel works.");
	};
	return { first: await firstThatWorks(await page(1)), last: await firstThatWorks((await page(10)).reverse()) };
}

/** Does all add up, and is all that moved as it should be? */
function judge({ name, streams, verdict }: Status): boolean {
	const users = usersOf({ streams } as Status) as StreamStatus;
	const sum = OUTCOMES.reduce((all, outcome) => all + users.outcomes[outcome], 0);
	const states = OUTCOMES.map(outcome => `${users.outcomes[outcome]} ${outcome}`).join(", ");
	say(`${sum} of ${RECORDED_USERS} accounted for: ${states}`);
	const quarantine = Object.entries(users.quarantine).map(([category, { count }]) => `${count} ${category}`);
	if (quarantine.length > 0)
		say(`quarantined, each listed by \`banyan migration report ${name}\`: ${quarantine.join(", ")}`);
	say(`${verdict?.differences} differences`);
	const hands = verdict?.needHand.losses ?? 0;
	say(
		`${hands} moved with a loss that somebody must act on, so the run ends with 4; \`accept:\` in the definition takes what is known`
	);
	return sum === RECORDED_USERS && verdict?.differences === 0 && verdict.certificate !== null;
}

/** What Marzban says it holds, but for what changes by the second. */
async function holdings({ url }: SamplePanel): Promise<string> {
	const body = new URLSearchParams({ username: "admin", password: "admin123" });
	const login = await fetch(`${url}/api/admin/token`, { method: "POST", body });
	const { access_token } = (await login.json()) as { access_token: string };
	const headers = { authorization: `Bearer ${access_token}` };
	const answers = await Promise.all(
		["/api/users", "/api/admins", "/api/hosts"].map(async path => (await fetch(url + path, { headers })).text())
	);
	return answers.join("\n");
}

/** Goes back, and looks whether the target is as it was. */
async function goBack(variables: Variables, name: string, target: SamplePanel, before: string): Promise<boolean> {
	title(`banyan migration rollback ${name}`);
	await banyan(variables, ["rollback", name], true).ended;
	const same = (await holdings(target)) === before;
	say(same ? "Marzban is as it was before the first write." : "Marzban is NOT as it was.");
	return same;
}

async function main(): Promise<boolean> {
	emptied(FOLDER);
	title("Two sample panels: a Marzneshin with 999 recorded users, an empty Marzban");
	const panels = [await openPanel("marzneshin"), await openPanel("marzban")] as const;
	const variables: Variables = {
		...HERE,
		DATA_DIR: dataOf(FOLDER),
		FILES_DIR: FOLDER,
		...Object.fromEntries(panels.map(({ name }) => [`BANYAN_SECRET_${name.toUpperCase()}_PASSWORD`, "admin123"]))
	};
	for (const file of [DEFINITION, WITH_DATABASE]) define(file, panels);
	const servers: Server[] = [];
	try {
		return (await byApi(variables, panels, servers)) && (await withDatabase(variables, panels, servers));
	} finally {
		await close(panels, servers, variables);
	}
}

type Panels = readonly [source: SamplePanel, target: SamplePanel];

async function byApi(variables: Variables, [source, target]: Panels, servers: Server[]): Promise<boolean> {
	const before = await holdings(target);
	title("A server, as `make start` runs it; the command `banyan` speaks to it from afar");
	const server = await startServer(variables, "0", HERE.KEEP !== undefined);
	servers.push(server);
	say(`the gateway listens on ${server.url}; documents at ${server.url}/docs`);
	const { first, last } = await customersOf(source);
	const afar = { ...variables, ...server.access };
	await banyan(afar, ["plan", DEFINITION]).ended;
	const links = [await linkIs(server, "the first customer, before", first, "source")];
	title("banyan migration run demo/panel.yaml; the server is killed in the middle");
	await runAndKill(afar, server);
	title("The server starts again and goes on by itself");
	const again = await startServer(variables, new URL(server.url).port, HERE.KEEP !== undefined);
	servers.push(again);
	links.push(await linkIs(again, "the first customer, meanwhile", first, "target"));
	links.push(await linkIs(again, "the last customer, meanwhile", last, "source"));
	say((await banyan(afar, ["run", DEFINITION], true).ended).output);
	links.push(await linkIs(again, "the last customer, after", last, "target"));
	title("banyan migration diff panel");
	say((await output(afar, "diff", "panel")) || "nothing differs");
	const good = judge(await statusOf(afar, "panel"));
	const back = good && (await goBack(afar, "panel", target, before));
	links.push(await linkIs(again, "the last customer, rolled back", last, "source"));
	return back && links.every(right => right);
}

/** Once more, with Marzban's database beside its API; `KEEP=1` leaves this one standing. */
async function withDatabase(variables: Variables, [, target]: Panels, servers: readonly Server[]): Promise<boolean> {
	const afar = { ...variables, ...servers.at(-1)?.access };
	const before = await holdings(target);
	title("banyan migration run demo/panel-with-database.yaml: what the API cannot carry crosses too");
	say((await banyan(afar, ["run", WITH_DATABASE], true).ended).output);
	const good = judge(await statusOf(afar, "panel-with-database"));
	if (!good || HERE.KEEP !== undefined) return good;
	return goBack(afar, "panel-with-database", target, before);
}

/** The definition of that name beside this file, as an operator writes their own addresses into it. */
function define(file: string, [source, target]: Panels): void {
	const text = readFileSync(join(ROOT, "demo", basename(file)), "utf8");
	const written = text
		.replace("https://old.example.com", source.url)
		.replace("https://new.example.com", target.url)
		.replace("/var/lib/marzban/db.sqlite3", target.file);
	writeFileSync(file, written);
}

async function close(panels: Panels, servers: readonly Server[], { DATA_DIR }: Variables): Promise<void> {
	const server = servers.at(-1);
	if (HERE.KEEP === undefined) {
		for (const each of servers) await each.stop();
		for (const { process: child } of panels) child.kill();
		return;
	}
	const left = [...panels.map(panel => ({ ...panel })), ...(server ? [{ name: "the server", ...server }] : [])];
	for (const { name, url, process: child } of left) {
		child.unref();
		child.stdout?.destroy();
		say(`${name} goes on at ${url} (process ${child.pid})`);
	}
	const stop = noteKept(
		FOLDER,
		left.flatMap(({ process: { pid } }) => pid ?? [])
	);
	say(`its API key is in ${DATA_DIR}/api-key; stop all with: ${stop}`);
}

main().then(
	good => process.exit(good ? 0 : 1),
	(error: unknown) => {
		say(`The demo failed: ${(error as Error).message}`);
		process.exit(1);
	}
);
