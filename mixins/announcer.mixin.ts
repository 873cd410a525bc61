/** Durable events of what is in the event store already: whoever has no outbox announces what follows of its own state. */

import type { Service as MoleculerService } from "moleculer";
import { announced } from "../adapters/announcements";
import type { DurableEvent, DurablePayload, Mixin } from "../cluster";
import { provide } from "../cluster/provide";
import { announcementsOf } from "./announcements";
import { durableEntry } from "./durable-events";

export interface Announcer {
	/**
	 * Once, however often it is asked for under one id, as long as no later one of its key was announced. Whoever may be killed
	 * before it has been says it again at the next start.
	 */
	announce<E extends DurableEvent>(event: E, payload: DurablePayload<E>, id: string): Promise<void>;
}

/** Gives the service `this.announce`. */
export const announcer = (): Mixin<Announcer> => ({
	created(this: MoleculerService) {
		const announce: Announcer["announce"] = async (event, payload, id) =>
			announced(await announcementsOf(this.broker), durableEntry(event, payload, id));
		provide(this, { announce });
	}
});
