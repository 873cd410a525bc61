/** `make cluster`, `make cluster-health`, `make cluster-down`: what each does, and says. */

import { spawn } from "node:child_process";
import { existsSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { environment } from "../environment";
import { canWatch, FOLDER, looked, prepared, ROOT } from "./cluster";
import { type Health, isWell } from "./health";
import { markFor, runningIn } from "./marks";
import { placeAt } from "./place";
import { CLUSTER, GROUPS, membersOf, type Shape, shapeIn } from "./shape";
import { readState } from "./state";
import { killed, SUPERVISOR, stopAll, stopped } from "./stop";
import { addressOf, alertWords, healthTable, healthWords, welcome } from "./text";
import { firingAt } from "./watching";

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const paint = (style: "green" | "red" | "dim" | "bold", text: string): string =>
	styleText(style, text, { stream: process.stdout });

/** How long all of it may take until it is well, in ms. */
const START_MS = 180_000;
const LOOK_MS = 500;

/** Starts what is not up, and waits until all is well. @returns whether it is */
export async function up(folder = FOLDER): Promise<boolean> {
	const shape = wantedShape(folder);
	if (!canWatch()) say(UNWATCHED);
	if (isSupervised(folder)) say(`The cluster is up already${shape ? "; it takes another shape" : ""}.`);
	const health = await brought(folder, { ...(shape && { shape }) }, name => say(`${paint("green", "✓")} ${name}`));
	const ports = readState(placeAt(folder).state)?.ports ?? {};
	say(`\n${healthTable(health, ports, Date.now(), paint)}\n`);
	say(paint("bold", healthWords(health)));
	if (!isWell(health)) say(lastWords(folder, health));
	else say(`\n${welcome(aboutOf(folder, health, ports), paint)}\n`);
	return isWell(health);
}

const UNWATCHED =
	"There is no Prometheus on this machine, so nothing watches the cluster: install the package prometheus, then `make cluster` once more.";

/** Another one than it has: what CLUSTER_NODES says, and watched where it can be. @throws where that is not of its form */
function wantedShape(folder: string): Shape | undefined {
	const { CLUSTER_NODES: text = "" } = environment();
	const before = readState(placeAt(folder).state)?.shape;
	const prometheus = canWatch();
	if (text === "") return before && before.prometheus !== prometheus ? { ...before, prometheus } : undefined;
	const shape = shapeIn(text, before ?? CLUSTER);
	if (shape) return { ...shape, prometheus };
	throw new Error(
		`CLUSTER_NODES='${text}' is not valid: it must be numbers of 1 to 16 for ${Object.keys(GROUPS).join(", ")}, as in stages=4,gateway=3.`
	);
}

interface Wanted {
	/** Another one than it has. */
	readonly shape?: Shape;
	/** Of every process of Banyan. */
	readonly variables?: Readonly<Record<string, string>>;
}

/**
 * The same for programs: starts what is not up, and waits until all is well, or does not come to it.
 * @param tell is told of each process once it is well
 */
export async function brought(
	folder: string,
	wanted: Wanted,
	tell: (name: string) => void = () => undefined
): Promise<Health[]> {
	// What runs is taken over by the next one, which knows of the others.
	if (wanted.shape) await killed(folder, [SUPERVISOR]);
	if (!isSupervised(folder)) await supervise(folder, wanted);
	const told = new Set<string>();
	const end = Date.now() + START_MS;
	for (;;) {
		const health = (await looked(folder))?.health ?? [];
		const fresh = health.filter(({ member, fault }) => fault === null && !told.has(member.name));
		for (const { member } of fresh) tell(member.name);
		for (const { member } of fresh) told.add(member.name);
		if ((health.length > 0 && isWell(health)) || Date.now() > end) return health;
		await sleep(LOOK_MS);
	}
}

const isSupervised = (folder: string): boolean => runningIn(folder).has(SUPERVISOR);

/** A process of its own, which lives on when this one ends. @throws what keeps a cluster from being prepared */
async function supervise(folder: string, { variables, shape }: Wanted): Promise<void> {
	const before = readState(placeAt(folder).state)?.shape;
	const { place, members } = await prepared(folder, shape ? { shape } : {});
	const { log } = place;
	const named = new Set(members.map(({ name }) => name));
	const more = before ? membersOf(before).flatMap(({ name }) => (named.has(name) ? [] : [name])) : [];
	const file = openSync(log(SUPERVISOR), "a", 0o600);
	const child = spawn(process.execPath, [join(ROOT, "dist", "local", "main.js"), "supervise", folder], {
		detached: true,
		env: { ...environment(), ...variables, ...markFor(folder, SUPERVISOR) },
		stdio: ["ignore", file, file]
	});
	child.unref();
	if (shape) await stopped(folder, more, DOWN_MS);
}

function aboutOf(folder: string, health: readonly Health[], ports: Readonly<Record<string, number>>) {
	const gateways = health.filter(({ member }) => member.kind === "gateway");
	const watching = health.find(({ member }) => member.kind === "prometheus");
	return {
		folder,
		gateways: gateways.map(({ member }) => addressOf(member, ports)),
		keyFile: keyFileIn(folder),
		prometheus: watching ? addressOf(watching.member, ports) : null,
		database: DATABASE
	};
}

const DATABASE = "secantusdb, which speaks MongoDB's protocol: for trying and testing; run MongoDB in earnest";

/** The first API key is in the data folder of the node that made it. */
export function keyFileIn(folder: string): string | null {
	const { nodes } = placeAt(folder);
	const files = existsSync(nodes) ? readdirSync(nodes).map(name => join(nodes, name, "api-key")) : [];
	return files.find(existsSync) ?? null;
}

const LINES = 5;

/** What those said last that are not well. */
function lastWords(folder: string, health: readonly Health[]): string {
	const { log } = placeAt(folder);
	const faulty = health.filter(({ fault }) => fault !== null).map(({ member }) => log(member.name));
	return faulty
		.filter(existsSync)
		.map(
			file => `\n${paint("dim", file)}\n${readFileSync(file, "utf8").trimEnd().split("\n").slice(-LINES).join("\n")}`
		)
		.join("\n");
}

/** Says how it is. @returns whether all is well */
export async function health(folder = FOLDER): Promise<boolean> {
	const found = await looked(folder);
	if (!found || runningIn(folder).size === 0) {
		say("No cluster runs here: `make cluster` starts one.");
		return false;
	}
	say(healthTable(found.health, found.ports, Date.now(), paint));
	say(`\n${paint("bold", healthWords(found.health))}`);
	const alerts = found.ports["prometheus.http"];
	if (alerts !== undefined) for (const line of alertWords(await firingAt(alerts))) say(paint("red", line));
	if (!isSupervised(folder)) say("Its supervisor is gone: what dies stays down. `make cluster` starts it again.");
	return isWell(found.health) && isSupervised(folder);
}

/** How long the supervisor may take to stop all. */
const DOWN_MS = 120_000;

/** Stops all of it, and says so. @param clean takes away its data, too */
export async function down(folder = FOLDER, clean = false): Promise<void> {
	const running = runningIn(folder).size;
	const left = await taken(folder, clean);
	if (left.length > 0) say(`Killed, since they did not end by themselves: ${left.join(", ")}.`);
	say(running === 0 ? "No cluster runs here." : "The cluster is down.");
	if (!clean && existsSync(folder)) say(`Its data stays in ${folder}; CLUSTER_CLEAN=1 takes it away.`);
}

/** The same for programs. @returns what had to be killed */
export async function taken(folder: string, clean = false): Promise<string[]> {
	const state = readState(placeAt(folder).state);
	await stopped(folder, [SUPERVISOR], DOWN_MS);
	// One that was killed has left them running.
	const left = await stopAll(folder, state ? membersOf(state.shape) : []);
	if (clean) rmSync(folder, { recursive: true, force: true });
	return left;
}
