/** Composes a node in this process: a broker with the services its configuration names. */

import { ServiceBroker } from "moleculer";
import type { Broker } from "./cluster";
import { type Embedding, environment, readConfig } from "./moleculer.config";
import { SERVICES } from "./services";

/** What a migration needs; the rest is for those who come from outside. */
export const STAGES = ["extractor", "transformer", "validator", "importer", "verifier", "migration", "links"];

/** A started node; `stop` ends it. @throws SettingError, and whatever keeps a service from starting */
export async function openNode(embedding: Embedding = {}, settings = environment()): Promise<Broker> {
	const { services, ...options } = readConfig(settings, { services: STAGES, ...embedding });
	const broker = new ServiceBroker({ ...options, skipProcessEventRegistration: true });
	try {
		for (const name of services) broker.createService(SERVICES[name] as never);
		await broker.start();
		return broker as unknown as Broker;
	} catch (error) {
		await broker.stop().catch(() => undefined);
		throw error;
	}
}
