/** What a service seals and derives secrets with: under the node's own keys, or where nodes share a store under the cluster's. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Service as MoleculerService } from "moleculer";
import type { EventStore } from "../adapters/eventstore";
import { fileKeeper } from "../adapters/secrets/file";
import type { Keeper } from "../adapters/secrets/keeper";
import type { Sealer } from "../adapters/secrets/sealer";
import { sharedKeeper } from "../adapters/secrets/shared";
import type { Mixin } from "../cluster";
import { keysOf } from "../cluster/keys";
import { provide } from "../cluster/provide";
import { type Settings, settingsOf } from "../cluster/settings";
import { access } from "../contracts/platform/access";
import { messageOf } from "../domain/unknown";
import { openEvents } from "./store.mixin";

export interface Secrets {
	readonly secrets: Sealer;
	/** What they are sealed with. */
	readonly ring: Pick<Keeper, "renew" | "retire">;
}

interface Resealed {
	readonly left: number;
	readonly resealed: number;
}

/** As a contract says of `reseal`. @param work seals anew what is not sealed with the newest key */
export async function resealed(
	{ ring }: Pick<Secrets, "ring">,
	{ key, last }: { readonly key: string; readonly last: boolean },
	work: () => Promise<Resealed>
): Promise<Resealed> {
	await ring.renew(key);
	const done = await work();
	if (last && done.left === 0) await ring.retire();
	return done;
}

const KEEPERS = new WeakMap<object, Keeper>();

/** Gives the service `this.secrets`, from its start on. */
export function secrets(): Mixin<Secrets> {
	return {
		events: {
			[access.events.rekeyed.name]: { handler: refresh },
			"$transporter.connected": { handler: refresh }
		},
		async started(this: MoleculerService) {
			const settings = settingsOf(this.broker);
			const keeper = settings.store === "embedded" ? fileKeeper(settings.dataDir) : await shared(this, settings);
			KEEPERS.set(this, keeper);
			provide(this, { secrets: keeper.sealer, ring: keeper });
		}
	};
}

/** Another node made another key. Where it cannot be read now, it is when NATS is back. */
async function refresh(this: MoleculerService): Promise<void> {
	try {
		await KEEPERS.get(this)?.refresh();
	} catch (error) {
		this.logger.warn(`The keys of secrets cannot be read anew: ${messageOf(error)}`);
	}
}

const shared = ({ broker }: MoleculerService, settings: Settings): Promise<Keeper> =>
	sharedKeeper({
		keys: keysOf(broker),
		within: work => withEvents(settings, work),
		tell: async () => void (await broker.broadcast(access.events.rekeyed.name, {})),
		wait: sleep
	});

async function withEvents<T>(settings: Settings, work: (store: EventStore) => Promise<T>): Promise<T> {
	const { store, lock, ready } = openEvents(settings);
	try {
		await ready;
		return await work(store);
	} finally {
		await store.close();
		lock?.release();
	}
}
