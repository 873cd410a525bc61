/**
 * What is refused before this process can do nothing any more: 503 with `Retry-After`, at once, so that whoever asks goes to
 * another gateway. By how late its event loop turns, and by how much of the API is under way: room remains for customers'
 * old links, who are refused last. Health is never.
 */

import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { gateway, type Limits } from "../../../contracts/platform/gateway";
import { LoopLoad } from "../../../domain/platform/load";
import { endless, Quota, sharesOf } from "../../../domain/platform/quota";
import type { Shares } from "./shares";

const SAMPLE_MS = 500;
const RESOLUTION_MS = 20;
const AGAIN_SECONDS = 2;

/** Who asks. */
type Asker = "api" | "links";
/** From which level on they are refused. */
const REFUSED_AT: Readonly<Record<Asker, number>> = { api: 1, links: 2 };

export class Sheds {
	private readonly delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
	private readonly load: LoopLoad;
	private readonly api: Quota;
	private readonly timer: NodeJS.Timeout;

	constructor(
		private readonly broker: Pick<Broker, "metrics" | "logger">,
		private readonly limits: Pick<Limits, "shedDelayMs" | "apiRequests">
	) {
		this.load = new LoopLoad(limits);
		this.api = new Quota(sharesOf(() => limits.apiRequests, endless));
		this.delay.enable();
		this.timer = setInterval(() => this.sample(), SAMPLE_MS).unref();
	}

	/** @throws OVERLOADED */
	admit(asker: Asker, shares: Shares): void {
		if (this.load.shedding >= REFUSED_AT[asker])
			throw failure("OVERLOADED", `${this.words}: ask again in a moment, or another gateway.`, {
				retryAfter: AGAIN_SECONDS
			});
		if (asker === "api")
			shares.take(this.api, "", 1, ["GATEWAY_API_REQUESTS", ""], "requests of the API under way, beside old links");
	}

	/** What health says. */
	get state(): { readonly isShedding: boolean; readonly message: string } {
		const { shedding } = this.load;
		if (shedding === 0) return { isShedding: false, message: "Nobody is refused for it." };
		const whom = shedding === 1 ? "Requests of the API are" : "All but health is";
		return { isShedding: true, message: `${whom} refused with 503. ${this.words}.` };
	}

	end(): void {
		clearInterval(this.timer);
		this.delay.disable();
	}

	private get words(): string {
		const [late, limit] = [Math.round(this.load.delayMs), this.limits.shedDelayMs];
		return `The server has more to do than it can (its event loop is ${late} ms late, GATEWAY_SHED_DELAY is ${limit} ms)`;
	}

	private sample(): void {
		const before = this.load.shedding;
		this.load.sample(this.delay.count === 0 ? 0 : this.delay.mean / 1e6);
		this.delay.reset();
		const { shedding } = this.load;
		this.broker.metrics.set(gateway.metrics.shedding.name, shedding);
		if (shedding === before) return;
		this.broker.logger.warn(this.state.message);
	}
}
