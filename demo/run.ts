/**
 * The demo: both sample panels on free ports, every recorded user from one to the other by the command `banyan`, which is
 * killed once in the middle; both sides compared, everyone accounted for, and all of it rolled back; then once more with
 * the target's database. `KEEP=1` leaves the panels running, with what the second run moved.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Status, StreamStatus } from "../contracts/migration/migration";
import { OUTCOMES } from "../contracts/migration/records";
import { environment } from "../moleculer.config";

const HERE = environment();
const ROOT = join(__dirname, "..", "..");
const DEFINITION = join(ROOT, "demo", "panel.yaml");
const WITH_DATABASE = join(ROOT, "demo", "panel-with-database.yaml");
const BANYAN = join(__dirname, "..", "cli", "banyan.js");
const FOLDER = join(ROOT, "data", "demo");
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

interface Command {
	readonly process: ChildProcess;
	readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}
type Variables = Record<string, string | undefined>;

/** Runs `banyan migration …`; `watched` shows on the screen what it says of its progress. */
function banyan(variables: Variables, args: readonly string[], watched = false): Command {
	const child = spawn(process.execPath, [BANYAN, "migration", ...args], {
		env: variables as NodeJS.ProcessEnv,
		stdio: ["ignore", "pipe", watched ? "inherit" : "ignore"]
	});
	let output = "";
	child.stdout?.on("data", (chunk: Buffer) => {
		output += chunk.toString();
	});
	const ended = once(child, "close").then(([code]) => ({ code: code as number | null, output }));
	return { process: child, ended };
}

const usersOf = (status: Status): StreamStatus | undefined => status.streams.find(({ stream }) => stream === "users");

/** Starts the migration and kills it, as the kernel would, once some hundred users have moved. */
async function runAndKill(variables: Variables): Promise<void> {
	const run = banyan(variables, ["run", DEFINITION], true);
	let over = false;
	void run.ended.then(() => {
		over = true;
	});
	while (!over) {
		const { code, output } = await banyan(variables, ["status", "panel", "--json"]).ended;
		const read = code === 0 ? (usersOf(JSON.parse(output) as Status)?.read ?? 0) : 0;
		if (read < KILL_AFTER) continue;
		run.process.kill("SIGKILL");
		await run.ended;
		say(`\nKilled with -9 after ${read} users were counted.`);
		return;
	}
	throw new Error("The run ended before it could be killed.");
}

async function output(variables: Variables, ...args: string[]): Promise<string> {
	const { output } = await banyan(variables, args).ended;
	return output;
}

async function statusOf(variables: Variables, name: string): Promise<Status> {
	return JSON.parse(await output(variables, "status", name, "--json")) as Status;
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
	rmSync(FOLDER, { recursive: true, force: true });
	mkdirSync(FOLDER, { recursive: true });
	title("Two sample panels: a Marzneshin with 999 recorded users, an empty Marzban");
	const panels = [await openPanel("marzneshin"), await openPanel("marzban")] as const;
	const variables: Variables = {
		...HERE,
		DATA_DIR: join(FOLDER, "banyan"),
		MARZNESHIN_URL: panels[0].url,
		MARZBAN_URL: panels[1].url,
		...Object.fromEntries(panels.flatMap(({ name }) => credentials(name.toUpperCase())))
	};
	try {
		return (await byApi(variables, panels[1])) && (await withDatabase(variables, panels[1]));
	} finally {
		close(panels, variables);
	}
}

async function byApi(variables: Variables, target: SamplePanel): Promise<boolean> {
	const before = await holdings(target);
	title("banyan migration run demo/panel.yaml, killed in the middle");
	await runAndKill(variables);
	title("The same command again: it goes on where it was");
	say((await banyan(variables, ["run", DEFINITION], true).ended).output);
	title("banyan migration diff panel");
	say((await output(variables, "diff", "panel")) || "nothing differs");
	const good = judge(await statusOf(variables, "panel"));
	return good && (await goBack(variables, "panel", target, before));
}

/** Once more, with Marzban's database beside its API; `KEEP=1` leaves this one standing. */
async function withDatabase(variables: Variables, target: SamplePanel): Promise<boolean> {
	const before = await holdings(target);
	title("banyan migration run demo/panel-with-database.yaml: what the API cannot carry crosses too");
	say((await banyan({ ...variables, MARZBAN_DATABASE: target.file }, ["run", WITH_DATABASE], true).ended).output);
	const good = judge(await statusOf(variables, "panel-with-database"));
	if (!good || HERE.KEEP !== undefined) return good;
	return goBack({ ...variables, MARZBAN_DATABASE: target.file }, "panel-with-database", target, before);
}

const credentials = (panel: string): [string, string][] => [
	[`${panel}_USERNAME`, "admin"],
	[`${panel}_PASSWORD`, "admin123"]
];

function close(panels: readonly SamplePanel[], { DATA_DIR }: Variables): void {
	if (HERE.KEEP === undefined) {
		for (const { process: child } of panels) child.kill();
		return;
	}
	for (const { name, url, process: child } of panels) {
		child.unref();
		child.stdout?.destroy();
		say(`${name} goes on at ${url} (process ${child.pid})`);
	}
	say(`DATA_DIR=${DATA_DIR}; stop the panels with: kill ${panels.map(({ process: child }) => child.pid).join(" ")}`);
}

main().then(
	good => process.exit(good ? 0 : 1),
	(error: unknown) => {
		say(`The demo failed: ${(error as Error).message}`);
		process.exit(1);
	}
);
