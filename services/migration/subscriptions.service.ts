import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { migration } from "../../contracts/migration/migration";
import { subscriptions } from "../../contracts/migration/subscriptions";
import type { RawAnswer } from "../../contracts/raw";
import { mappings } from "../../mixins/mappings.mixin";
import { askerOf } from "./subscriptions/asker";
import { Door } from "./subscriptions/door";

@Service(subscriptions)
export default class SubscriptionsService extends service(mappings()) implements Answers<typeof subscriptions> {
	private door!: Door;

	async started(): Promise<void> {
		const { metrics } = this.broker;
		const { served } = subscriptions.metrics;
		this.door = new Door(this.broker, this.oldLinks(), by => metrics.increment(served.name, { by }));
	}

	async stopped(): Promise<void> {
		await this.door?.close();
	}

	@Action(subscriptions.actions.answer)
	async answer(ctx: CallOf<typeof subscriptions.actions.answer>): Promise<RawAnswer> {
		return this.door.answer(askerOf(ctx.params));
	}

	/** Where links lead may be out of date. */
	@Event(migration.events.progressed)
	async progressed(_ctx: EventOf<typeof migration.events.progressed>): Promise<void> {
		this.door?.forget();
	}
}
