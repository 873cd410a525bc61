/**
 * A node follows what is set for the cluster, from its start to its end. Where somebody keeps the settings already, the
 * services here start with the newest.
 */

import type { Middleware, ServiceBroker } from "moleculer";
import type { Copies } from "../cluster/copies";
import { followingOf, followingsOf, holdCopies } from "../cluster/followed";
import type { Broker } from "../cluster/index";
import { middleware } from "../cluster/middleware";

/** When those may be there who were away. */
const MET = ["$services.changed", "$transporter.connected"];

export const following = (copies: Copies): Middleware => {
	let first: Promise<void> | undefined;
	const follows = (broker: ServiceBroker): boolean =>
		broker.options.transporter !== undefined || broker.getLocalService("config") !== null;
	const isElsewhere = ({ registry }: ServiceBroker): boolean =>
		(registry as unknown as Registry).actions.isAvailable("config.snapshot");
	return {
		...middleware({
			name: "following",
			created(broker: ServiceBroker) {
				holdCopies(broker, copies);
			},
			async starting(broker: ServiceBroker) {
				if (follows(broker)) followingOf(broker as unknown as Broker, "config");
			},
			async started(broker: ServiceBroker) {
				const met = (): void => {
					for (const each of followingsOf(broker)) each.met();
				};
				for (const event of MET) broker.localBus.on(event, met);
				for (const each of followingsOf(broker)) each.begin();
			},
			async stopping(broker: ServiceBroker) {
				for (const each of followingsOf(broker)) each.end();
			}
		}),
		/** What a service takes once, at its start, is the newest then. */
		async serviceStarting({ broker }: { readonly broker: ServiceBroker }) {
			if (isElsewhere(broker)) first ??= followingOf(broker as unknown as Broker, "config").ask();
			await first;
		}
	} as Middleware;
};

interface Registry {
	readonly actions: { isAvailable(action: string): boolean };
}
