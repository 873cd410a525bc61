/** What the cluster looks like from here, and how this node fares. */

import { statfs } from "node:fs/promises";
import type { Broker } from "../../../cluster";
import { keepingOf } from "../../../cluster/keeping";
import { nodesFollowing } from "../../../cluster/nodes-settings";
import { awayWords, redisOf } from "../../../cluster/redis";
import { settingsOf } from "../../../cluster/settings";
import { cutOff, natsAnswers } from "../../../cluster/transport";
import { type OwnedSetting, SETTINGS } from "../../../contracts/cluster";
import type { Json, JsonValue } from "../../../contracts/json";
import type { Standing } from "../../../domain/platform/needs";
import { settingIn } from "../../../domain/platform/setting";
import { codeOf, messageOf } from "../../../domain/unknown";
import { version } from "../../../package.json";
import type { LoopDelay } from "./loop-delay";
import { lacksOf, type ServiceHealth, servicesOf } from "./standing";

type State = Standing;

/** All of it there, some of it, or none. */
export function worstOf(parts: readonly { readonly status: State }[]): State {
	if (parts.every(({ status }) => status === "up")) return "up";
	return parts.every(({ status }) => status === "down") ? "down" : "degraded";
}

/** In short. A gateway that is cut off from all others is down. */
export function healthOf(broker: Broker) {
	const others = servicesOf(broker).filter(({ name }) => name !== "gateway");
	return {
		status: worstOf(others),
		version,
		node: broker.nodeID,
		uptimeSeconds: Math.round(process.uptime())
	};
}

interface Check {
	readonly name: string;
	readonly status: State;
	readonly message: string;
}

const MEGABYTE = 2 ** 20;
const mb = (bytes: number): string => `${Math.round(bytes / MEGABYTE).toLocaleString("en")} MB`;

/** What this node checks of itself. */
export async function detailsOf(broker: Broker, delay: LoopDelay, load: Load): Promise<Json> {
	const services = servicesOf(broker);
	const own = await Promise.all([disk(broker), memory(), eventLoop(delay), loadOf(load), transporter(broker)]);
	const servers = [...redis(broker), ...kept(broker), ...database(broker), ...(await settings(broker))];
	const checks = [...own, ...servers, ...(await deadLetters(broker, services))];
	const health = { ...healthOf(broker), status: worstOf([...checks, ...services]) };
	return {
		...health,
		checks: checks.map(check => ({ ...check })),
		services: services.map(service => ({ ...service, nodes: [...service.nodes] }))
	};
}

/** Below this nothing more may be written soon. */
const LEAST_FREE = 200 * MEGABYTE;

async function disk(broker: Broker): Promise<Check> {
	try {
		const { bavail, blocks, bsize } = await statfs(settingsOf(broker).dataDir);
		const free = bavail * bsize;
		const message = `${mb(free)} of ${mb(blocks * bsize)} are free under the data folder.`;
		return { name: "disk", status: free > LEAST_FREE ? "up" : "degraded", message };
	} catch (error) {
		return {
			name: "disk",
			status: "down",
			message: `The data folder cannot be read (${codeOf(error)}).`
		};
	}
}

function memory(): Check {
	const { rss, heapUsed } = process.memoryUsage();
	return { name: "memory", status: "up", message: `${mb(rss)} are in use, ${mb(heapUsed)} of them by the heap.` };
}

/** A loop that is held up for longer answers nobody. */
const HELD_UP_MS = 1_000;

function eventLoop({ worst }: LoopDelay): Check {
	return {
		name: "event loop",
		status: worst < HELD_UP_MS ? "up" : "degraded",
		message: `Held up for at most ${Math.round(worst)} ms within the last minute.`
	};
}

interface Load {
	readonly isShedding: boolean;
	readonly message: string;
}

const loadOf = ({ isShedding, message }: Load): Check => ({
	name: "load",
	status: isShedding ? "degraded" : "up",
	message
});

const SILENT = "NATS does not answer: other nodes cannot be reached.";

async function transporter(broker: Broker): Promise<Check> {
	if (!broker.transit) return { name: "transporter", status: "up", message: "None: all runs in this process." };
	const why = cutOff(broker) ?? ((await natsAnswers(broker)) ? undefined : SILENT);
	return { name: "transporter", status: why === undefined ? "up" : "down", message: why ?? "Connected." };
}

const LETTERS_MS = 2_000;

/** Where a node counts them. */
async function deadLetters(broker: Broker, services: readonly ServiceHealth[]): Promise<Check[]> {
	if (services.every(({ name, status }) => name !== "events" || status === "down")) return [];
	const name = "durable events";
	try {
		const waiting = await broker.call("events.waiting", {}, { timeout: LETTERS_MS });
		if (waiting === 0) return [{ name, status: "up", message: "Every service dealt with what it was told." }];
		const message = `${waiting} wait that a service could not deal with: \`banyan events list\` says why.`;
		return [{ name, status: "degraded", message }];
	} catch (error) {
		return [{ name, status: "degraded", message: `It cannot be told whether any wait: ${messageOf(error)}` }];
	}
}

/** Where servers keep them. */
function kept(broker: Broker): Check[] {
	const verdict = keepingOf(broker);
	return verdict ? [{ name: "event store", ...verdict }] : [];
}

/** Where nodes share one: as those say that need it. */
function database(broker: Broker): Check[] {
	if (settingsOf(broker).store !== "cluster") return [];
	const away = [...lacksOf(broker)].filter(([, lacks]) => lacks.some(({ need }) => need === "database"));
	const names = away.map(([node]) => node);
	if (names.length === 0) return [{ name: "database", status: "up", message: "No node misses it." }];
	return [{ name: "database", status: "down", message: `Out of reach of ${names.join(", ")}.` }];
}

/** What nodes go by, of what is set for the cluster. Nothing fails for want of the newest. */
async function settings(broker: Broker): Promise<Check[]> {
	const all = await nodesFollowing(broker);
	const stale = all.flatMap(({ node, sets }) =>
		(sets ?? []).flatMap(({ set, staleSince, why }) =>
			staleSince === null ? [] : [`${set} of ${node} since ${staleSince}: ${why}`]
		)
	);
	if (stale.length === 0) return [{ name: "settings", status: "up", message: "No node is known to go by old ones." }];
	return [{ name: "settings", status: "degraded", message: `Stale: ${stale.join("; ")}` }];
}

/** Where there is one. Nothing fails for want of it. */
function redis(broker: Broker): Check[] {
	const state = redisOf(broker)?.state;
	if (!state) return [];
	if (state.up)
		return [{ name: "redis", status: "up", message: "Connected: what is counted is counted for all nodes." }];
	const since = new Date(state.since).toISOString();
	return [{ name: "redis", status: "degraded", message: `Since ${since}: ${awayWords(state)}` }];
}

const isNumber = (setting: OwnedSetting): boolean => Number.isFinite(Number(settingIn(setting).fallback || Number.NaN));

/** What this node takes at most. */
export function limitsOf(broker: Broker): Json[] {
	const { contracts, limits, calls } = settingsOf(broker);
	const all: Readonly<Record<string, object>> = contracts;
	const valueIn = ({ owner, key }: OwnedSetting): JsonValue =>
		Object.entries(owner === null ? { ...limits, ...calls } : (all[owner] ?? {})).find(([name]) => name === key)?.[1];
	// What is no number limits nothing, and may be an address, or somebody's.
	return SETTINGS.filter(isNumber).map(setting => ({
		name: setting.key,
		variable: setting.variable,
		value: valueIn(setting),
		unit: setting.unit ?? null,
		says: setting.summary
	}));
}

/** The nodes of the cluster and what each runs. */
export function nodesOf(broker: Broker): Json {
	const nodes = broker.registry.getNodeList({ onlyAvailable: false, withServices: true });
	return {
		nodes: nodes.map(({ id, available, services }) => ({
			id,
			available,
			services: services.map(({ name }) => String(name)).filter(name => !name.startsWith("$"))
		}))
	};
}
