/** Composes a node in this process: a broker with the services its configuration names. */

import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { ServiceBroker } from "moleculer";
import type { Broker } from "./cluster";
import { aloneWords } from "./cluster/alone";
import { type Away, awayBy } from "./cluster/nats/faults";
import { CONTRACTS } from "./contracts/cluster";
import { serviceFile } from "./contracts/contract";
import { environment } from "./environment";
import { type Embedding, readConfig, transporterTimeoutOf } from "./moleculer.config";
import { checkFree } from "./services/platform/gateway/listening";

/** What a migration needs; the rest is for those who come from outside. */
export const STAGES = ["extractor", "transformer", "validator", "importer", "verifier", "migration", "links"];

/** Every service that a node can run. */
export const SERVICES: readonly string[] = CONTRACTS.map(({ name }) => name);

/** The class of a service. Loaded when asked for: a command needs few. @throws a sentence where it is not there */
export function serviceClass(name: string, root = __dirname): unknown {
	const contract = CONTRACTS.find(each => each.name === name);
	if (!contract) throw new Error(`There is no contract '${name}': add its line to contracts/index.ts.`);
	const file = `${serviceFile(contract)}${extname(__filename)}`;
	if (!existsSync(join(root, file)))
		throw new Error(
			`No service answers for the contract '${name}': write ${file}, or take the contract out of contracts/index.ts.`
		);
	const { default: found }: { readonly default?: unknown } = require(join(root, file));
	if (found !== undefined) return found;
	throw new Error(`${file} has no service: export its class as the default.`);
}

/**
 * A started node; `stop` ends it.
 * @param told to stop: it waits no longer for other nodes
 * @throws SettingError, ToldToStop, and whatever keeps a service from starting
 */
export async function openNode(
	embedding: Embedding = {},
	settings = environment(),
	told?: AbortSignal
): Promise<Broker> {
	const { services, ...options } = readConfig(settings, { services: STAGES, ...embedding });
	const { gateway } = options.settings;
	// Or an API key would be made for a server that does not start.
	if (services.includes("gateway") && gateway) await checkFree(gateway);
	const broker = new ServiceBroker({ ...options, skipProcessEventRegistration: true });
	try {
		for (const name of services) broker.createService(serviceClass(name) as never);
		const alone = embedding.own ? undefined : aloneWords(broker);
		if (alone !== undefined) broker.logger.warn(alone);
		await started(broker, transporterTimeoutOf(settings), told);
		return broker as unknown as Broker;
	} catch (error) {
		await broker.stop().catch(() => undefined);
		throw error;
	}
}

/** This node cannot meet others, or may not stay among them. */
class TransporterAway extends Error {
	override readonly name = "TransporterAway";
	readonly type = "UNAVAILABLE";
}

/** While it waited for others. */
class ToldToStop extends Error {
	override readonly name = "ToldToStop";
}

export const isToldToStop = (error: unknown): boolean => error instanceof ToldToStop;

/** Moleculer itself would try for ever, and only its log would say so. @throws TransporterAway, ToldToStop */
async function started(broker: ServiceBroker, patienceMs: number, told?: AbortSignal): Promise<void> {
	if (!broker.options.transporter) return await broker.start();
	const away = Promise.withResolvers<never>();
	let last = awayBy("", { login: "", isTls: false });
	const late = setTimeout(() => away.reject(new TransporterAway(last.says(patienceMs))), patienceMs);
	const hear = ({ error }: { readonly error: Away }): void => {
		last = error;
		if (error.isFinal) away.reject(new TransporterAway(error.says(patienceMs)));
	};
	const refused = ({ sentence }: Refused): void => away.reject(new TransporterAway(sentence));
	const stop = (): void => away.reject(new ToldToStop("Told to stop before it met others."));
	const met = (): void => {
		clearTimeout(late);
		told?.removeEventListener("abort", stop);
	};
	told?.addEventListener("abort", stop);
	broker.localBus.on("$transporter.error", hear);
	broker.localBus.on("$transporter.refused", refused);
	broker.localBus.once("$transporter.connected", met);
	try {
		await Promise.race([broker.start(), away.promise]);
	} finally {
		met();
		broker.localBus.off("$transporter.error", hear);
		broker.localBus.off("$transporter.refused", refused);
	}
}

interface Refused {
	readonly sentence: string;
}

/** Another node was here first: this one is to end, with a sentence. */
export function whenRefused(broker: Broker, end: (sentence: string) => void): void {
	broker.localBus.once("$transporter.refused", ({ sentence }: Refused) => end(sentence));
}
