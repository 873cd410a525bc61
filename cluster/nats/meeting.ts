/** How a node meets others: the options of its broker. Loaded with a node that has a transporter. */

import type { BrokerOptions } from "moleculer";
import { type Environment, SettingError } from "../environment";
import { read } from "../variables";
import type { Heartbeats } from "./heartbeats";
import type { NatsSettings } from "./settings";
import type { NatsTransporter } from "./transporter";

export type Meeting = Required<Pick<BrokerOptions, "transporter" | "registry" | "disableBalancer" | "transit">>;
/** How long services that start one after the other are waited for before others are told of them, in ms. */
const TOLD_MS = 250;

const STRATEGIES: Readonly<Record<string, string>> = {
	"round-robin": "RoundRobin",
	random: "Random",
	cpu: "CpuUsage",
	latency: "Latency"
};

interface Sharing {
	readonly balancer: string;
	readonly strategy: string;
	readonly preferLocal: boolean;
}

/** How calls are shared out. @throws SettingError where nodes would count as gone before they can give a sign of life */
export function sharingIn(environment: Environment): Sharing {
	const [interval, timeout] = [read(environment, "HEARTBEAT_INTERVAL"), read(environment, "HEARTBEAT_TIMEOUT")];
	if (timeout <= interval)
		throw new SettingError(
			`HEARTBEAT_TIMEOUT=${timeout} is not longer than HEARTBEAT_INTERVAL=${interval}: each node would count as gone between two signs of life.`
		);
	return {
		balancer: read(environment, "BALANCER"),
		strategy: STRATEGIES[read(environment, "BALANCER_STRATEGY")] as string,
		preferLocal: read(environment, "PREFER_LOCAL") === "yes"
	};
}

export function meeting(nats: NatsSettings, { balancer, strategy, preferLocal }: Sharing): Meeting {
	const { NatsTransporter: Way }: { readonly NatsTransporter: typeof NatsTransporter } = require("./transporter");
	const { Heartbeats: Signs }: { readonly Heartbeats: typeof Heartbeats } = require("./heartbeats");
	return {
		transporter: new Way({ ...nats, balancer }),
		disableBalancer: balancer === "queues",
		registry: { strategy, preferLocal, discoverer: new Signs() },
		transit: { serviceChangedDebounceTime: TOLD_MS }
	} as Meeting;
}
