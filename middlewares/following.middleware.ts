/**
 * A node follows what is set for the cluster, from its start to its end. Where somebody keeps the settings already, the
 * services here start with the newest.
 */

import type { Middleware, ServiceBroker } from "moleculer";
import type { Copies } from "../cluster/copies";
import { followingOf, followingsOf, holdCopies } from "../cluster/followed";
import type { Broker } from "../cluster/index";
import { middleware } from "../cluster/middleware";
import type { SettingValues } from "../domain/platform/setting-values";

/** When those may be there who were away. */
const MET = ["$services.changed", "$transporter.connected"];

/** @param values go by what is set, a revision as a whole */
export const following = (copies: Copies, values?: SettingValues): Middleware => {
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
				if (follows(broker)) goBy(broker, values);
			},
			async started(broker: ServiceBroker) {
				const met = (): void => {
					for (const each of followingsOf(broker)) each.met();
				};
				values?.settle();
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

function goBy(broker: ServiceBroker, values: SettingValues | undefined): void {
	const config = followingOf(broker as unknown as Broker, "config");
	config.onChange(() => {
		const unfit = values?.set(config.now?.value ?? {}) ?? [];
		if (unfit.length > 0)
			broker.logger.warn(
				`Settings that are no settings here, by this node's release, are passed over: ${unfit.join(", ")}.`
			);
	});
}

interface Registry {
	readonly actions: { isAvailable(action: string): boolean };
}
