/** Which services answer, on which nodes, with all they need; and whether requests should come to this gateway. */

import type { Broker } from "../../../cluster";
import { NEEDED } from "../../../cluster/alone";
import { failure } from "../../../cluster/errors";
import { settingsFor } from "../../../cluster/settings";
import { cutOff } from "../../../cluster/transport";
import { CONTRACTS } from "../../../contracts/cluster";
import { gateway } from "../../../contracts/platform/gateway";
import { type Lack, lacksIn, type ServiceStanding, standingOf } from "../../../domain/platform/needs";

/** All of them, the gateway before the others. */
const ALL = ["gateway", ...CONTRACTS.map(({ name }) => name).filter(name => name !== "gateway")];

export interface ServiceHealth extends ServiceStanding {
	readonly name: string;
	readonly nodes: readonly string[];
}

/** Each service of the contracts, with the nodes that answer for it. */
export function servicesOf(broker: Broker): ServiceHealth[] {
	const known = broker.registry.getServiceList({ onlyAvailable: true, skipInternal: true });
	const lacks = lacksOf(broker);
	return ALL.map(name => {
		const nodes = known.filter(each => each.name === name && each.available).flatMap(({ nodeID }) => nodeID ?? []);
		const own = new Map(
			[...lacks].map(([node, all]) => [node, all.filter(({ service }) => service === name)] as const)
		);
		return { name, ...standingOf(nodes, own), nodes };
	});
}

/** What nodes say that they cannot reach, by their names. */
export function lacksOf(broker: Broker): ReadonlyMap<string, readonly Lack[]> {
	const nodes: readonly { readonly id: string; readonly metadata?: unknown }[] = broker.registry.getNodeList({
		onlyAvailable: true,
		withServices: false
	});
	return new Map(nodes.map(({ id, metadata }) => [id, lacksIn(metadata)]));
}

/** @throws NOT_FOUND */
export function serviceHealth(services: readonly ServiceHealth[], name: string): ServiceHealth {
	const found = services.find(each => each.name === name);
	if (found) return found;
	throw failure("NOT_FOUND", `There is no service '${name}'; there are: ${ALL.join(", ")}.`);
}

export interface Ready {
	readonly ready: boolean;
	readonly missing: readonly string[];
	/** Why no request should come here, where that is no missing service. */
	readonly why?: string;
}

const LOOK_MS = 2_000;

/**
 * Ready while there is something that a request could be answered with here: each required service runs somewhere, others
 * can be reached, and what all requests need has not been away for a while; until the node begins to stop. What only some
 * requests need makes no gateway unready: all would be, at once (decision 40).
 */
export class Readiness {
	private readonly timer: NodeJS.Timeout;
	/** By this process's clock. */
	private lackingSince: number | undefined;

	constructor(private readonly broker: Broker) {
		this.timer = setInterval(() => this.measure(), LOOK_MS).unref();
	}

	end(): void {
		clearInterval(this.timer);
	}

	get state(): Ready {
		return this.judge(servicesOf(this.broker));
	}

	private judge(services: readonly ServiceHealth[]): Ready {
		const down = services.filter(({ name, status }) => status === "down" && NEEDED.includes(name));
		const missing = down.filter(({ nodes }) => nodes.length === 0).map(({ name }) => name);
		const why = cutOff(this.broker) ?? this.lacking(down.filter(({ nodes }) => nodes.length > 0));
		return {
			ready: missing.length === 0 && why === undefined && this.broker.started,
			missing,
			...(why !== undefined && { why })
		};
	}

	/** What is back is back at once. */
	private lacking(services: readonly ServiceHealth[]): string | undefined {
		const now = performance.now();
		this.lackingSince = services.length > 0 ? (this.lackingSince ?? now) : undefined;
		if (this.lackingSince === undefined || now - this.lackingSince < settingsFor(this.broker, gateway).readyPatienceMs)
			return undefined;
		const nodes = [...new Set(services.flatMap(service => service.nodes))].sort();
		return `Nothing can be answered: ${standingOf(nodes, lacksOf(this.broker)).why}`;
	}

	private measure(): void {
		const { metrics } = this.broker;
		const services = servicesOf(this.broker);
		metrics.set(gateway.metrics.ready.name, this.judge(services).ready ? 1 : 0);
		for (const { name: service, nodes } of services)
			metrics.set(gateway.metrics.serviceNodes.name, nodes.length, {
				service,
				required: NEEDED.includes(service) ? "yes" : "no"
			});
	}
}
