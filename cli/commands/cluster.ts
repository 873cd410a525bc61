/** The nodes of a cluster: what they run, how calls between them fare, how much they log. */

import { userInfo } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { CONTRACTS } from "../../contracts/cluster";
import {
	type CallCount,
	type ClusterNode,
	LOG_LEVELS,
	type LogLevelSet,
	type NodeLogging,
	USUAL
} from "../../contracts/platform/operations";
import { isOneOf } from "../../contracts/table";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { CommandError, type Flags, paper, print, printJson } from "../command";
import { EXIT } from "../exit";
import { page } from "../terminal/marks";
import type { Paper } from "../terminal/paper";
import { table } from "../terminal/table";
import { ago, clock } from "../text/words";

export async function listNodes(client: Client, { json }: Flags): Promise<number> {
	const nodes = await client.call("gateway.nodes", {});
	if (json) printJson(nodes);
	else print(nodesText(nodes, paper(client), Date.now()));
	return EXIT.clean;
}

const levelText = ({ logger, level }: LogLevelSet): string => (logger === null ? level : `${logger}: ${level}`);

/** The usual one is no news beside another that is for all of them. */
function loggingText(logging: NodeLogging | null): string {
	if (logging === null) return "?";
	const { usual, set } = logging;
	return [...(set.some(({ logger }) => logger === null) ? [] : [usual]), ...set.map(levelText)].join(", ");
}

function nodesText(nodes: readonly ClusterNode[], on: Paper, now: number): string {
	const columns = [
		{ title: "node" },
		{ title: "state" },
		{ title: "services", gives: true },
		{ title: "cpu", right: true },
		{ title: "heard", right: true },
		{ title: "logs" }
	];
	const rows = nodes.map(({ id, available, services, cpu, heardAt, logging }) => [
		shown(id),
		available ? on.paint("green", "up") : on.paint("red", "gone"),
		services.map(shown).join(" ") || "-",
		cpu === null ? "-" : `${Math.round(cpu)} %`,
		heardAt === null ? "-" : ago(heardAt, now),
		shown(loggingText(logging))
	]);
	return page(table(columns, rows, on));
}

export async function listServices(client: Client, { json }: Flags): Promise<number> {
	const nodes = await client.call("gateway.nodes", {});
	const services = servicesOf(nodes);
	if (json) printJson(services);
	else print(servicesText(services, paper(client)));
	return EXIT.clean;
}

interface Service {
	readonly name: string;
	readonly nodes: readonly string[];
	/** Without it a server is not whole. */
	readonly required: boolean;
}

/** Those of this release, whether any node runs them, and what nodes run beside these. */
function servicesOf(nodes: readonly ClusterNode[]): Service[] {
	const there = nodes.filter(({ available }) => available);
	const names = new Set([...CONTRACTS.map(({ name }) => name), ...there.flatMap(({ services }) => services)]);
	return [...names].map(name => ({
		name,
		nodes: there.filter(({ services }) => services.includes(name)).map(({ id }) => id),
		required: CONTRACTS.some(each => each.name === name && each.required)
	}));
}

function servicesText(services: readonly Service[], on: Paper): string {
	const columns = [{ title: "service" }, { title: "state" }, { title: "nodes", gives: true }];
	const rows = services.map(({ name, nodes, required }) => [
		shown(name),
		nodes.length > 0 ? on.paint("green", "up") : on.paint(required ? "red" : "yellow", "down"),
		nodes.map(shown).join(" ") || "-"
	]);
	return page(table(columns, rows, on));
}

/** How long calls are counted for their rate, in s. */
const WATCHED_S = 2;
const MOST_S = 3600;

/** Twice: the difference is the rate. */
export async function listCalls(client: Client, { json, during }: Flags): Promise<number> {
	const seconds = secondsOf(during);
	const before = await client.call("gateway.calls", {});
	const calls = seconds === 0 ? rated(before, before, 1) : await ratedAfter(client, before, seconds);
	if (json) printJson(calls);
	else print(callsText(calls, paper(client)));
	return EXIT.clean;
}

async function ratedAfter(client: Client, before: readonly CallCount[], seconds: number): Promise<Rated[]> {
	const began = performance.now();
	await pause(seconds * 1000);
	return rated(before, await client.call("gateway.calls", {}), (performance.now() - began) / 1000);
}

function secondsOf(during = String(WATCHED_S)): number {
	if (/^\d{1,4}$/.test(during) && Number(during) <= MOST_S) return Number(during);
	throw new CommandError(`--during ${shown(during)}: it is a number of seconds, 0 to ${MOST_S}.`);
}

type Rated = CallCount & { readonly rate: number };

/** A node that began anew meanwhile has counted fewer. */
function rated(before: readonly CallCount[], after: readonly CallCount[], seconds: number): Rated[] {
	const counted = new Map(before.map(({ action, calls }) => [action, calls]));
	return after
		.map(count => ({ ...count, rate: Math.max(0, count.calls - (counted.get(count.action) ?? 0)) / seconds }))
		.sort((one, other) => other.rate - one.rate || other.calls - one.calls);
}

const ms = (value: number | null): string =>
	value === null ? "-" : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

function callsText(calls: readonly Rated[], on: Paper): string {
	if (calls.length === 0) return "No node has answered a call yet.";
	const columns = [
		{ title: "action", gives: true },
		...["nodes", "calls", "per s", "errors", "p50", "p95"].map(title => ({ title, right: true }))
	];
	const rows = calls.map(({ action, nodes, calls: count, rate, errors, p50, p95 }) => [
		shown(action),
		String(nodes),
		String(count),
		rate === 0 ? "-" : rate < 10 ? rate.toFixed(1) : String(Math.round(rate)),
		errors === 0 ? "-" : on.paint("red", String(errors)),
		ms(p50),
		ms(p95)
	]);
	return page(table(columns, rows, on));
}

const LEVELS = [...LOG_LEVELS, USUAL] as const;
const EVERY_NODE = "all";

/** `all debug`, or `stages-1 importer debug`. */
export async function setLevel(
	client: Client,
	node: string,
	second: string,
	third: string | undefined,
	flags: Flags
): Promise<number> {
	const [logger, level] = third === undefined ? [undefined, second] : [second, third];
	if (!isOneOf(LEVELS, level))
		throw new CommandError(`'${shown(level)}' is no level: it is one of ${LEVELS.join(", ")}.`);
	const set = await client.call("gateway.logLevel", {
		...(node !== EVERY_NODE && { node }),
		...(logger !== undefined && { logger }),
		level,
		minutes: minutesOf(flags),
		by: whoAsks()
	});
	if (flags.json) printJson(set);
	else print(page(set.map(loggingLine)));
	return EXIT.clean;
}

function minutesOf({ minutes = "30" }: Flags): number {
	if (/^\d{1,4}$/.test(minutes)) return Number(minutes);
	throw new CommandError(`--minutes ${shown(minutes)}: it is a whole number, 1 to 1440.`);
}

function whoAsks(): string {
	try {
		return userInfo().username;
	} catch {
		return "";
	}
}

const loggingLine = ({ node, usual, set }: NodeLogging): string =>
	shown(
		`${node} logs ${set.length === 0 ? usual : set.map(each => `${levelText(each)} until ${clock(each.until)}`).join(", ")}`
	);
