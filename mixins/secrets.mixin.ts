/** What a service seals and derives secrets with: under the node's own secret, or where nodes share a store under the cluster's. */

import type { Service as MoleculerService } from "moleculer";
import { type Sealer, sealer, sealerWith } from "../adapters/secrets";
import { sharedSecret } from "../adapters/shared-secret";
import type { Mixin } from "../cluster";
import { keysOf } from "../cluster/keys";
import { provide } from "../cluster/provide";
import { type Settings, settingsOf } from "../cluster/settings";
import { openEvents } from "./store.mixin";

/** Gives the service `this.secrets`, from its start on. */
export function secrets(): Mixin<{ readonly secrets: Sealer }> {
	return {
		async started(this: MoleculerService) {
			const settings = settingsOf(this.broker);
			provide(this, {
				secrets: settings.store === "embedded" ? sealer(settings.dataDir) : await shared(this.broker, settings)
			});
		}
	};
}

async function shared(broker: object, settings: Settings): Promise<Sealer> {
	const { store, lock, ready } = openEvents(settings);
	try {
		await ready;
		const secret = await sharedSecret(store, keysOf(broker));
		return sealerWith(
			() => secret,
			place => `A secret of '${place}' was sealed by another cluster: restore the event store that goes with it.`
		);
	} finally {
		await store.close();
		lock?.release();
	}
}
