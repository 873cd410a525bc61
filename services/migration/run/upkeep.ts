/** What a node does for its runs by itself: goes on with them, takes up others', keeps its gauges, removes what is old. */

import type { Broker } from "../../../cluster";
import { settingsFor, settingsOf } from "../../../cluster/settings";
import { migration, type Status } from "../../../contracts/migration/migration";
import { messageOf } from "../../../domain/unknown";
import { type EndTeller, tellAgain } from "./ended";
import { Gauges } from "./gauges";
import type { Parts } from "./parts";
import { Standby } from "./standby";

const MINUTE_MS = 60_000;

export class Upkeep {
	private readonly gauges: Gauges;
	private standby: Standby | undefined;
	private sweeping: NodeJS.Timeout | undefined;

	constructor(
		private readonly broker: Broker,
		private readonly parts: Parts,
		private readonly owner: EndTeller
	) {
		this.gauges = new Gauges(broker.metrics, name => this.seen(name));
	}

	/** What was not finished when the node stopped goes on. */
	async begin(): Promise<void> {
		const { runs, rehearsals, controllers } = this.parts;
		const { dryRunIdle } = settingsFor(this.broker, migration);
		for (const name of await runs.names()) this.gauges.changed(name);
		// Dry runs are a node's own.
		this.sweeping = setInterval(() => void this.sweep(rehearsals), Math.min(MINUTE_MS, dryRunIdle * 500));
		if (!settingsOf(this.broker).resume) return;
		if (controllers.isShared) this.standBy();
		else await this.goOn();
	}

	/** Something was recorded of it. */
	changed(name: string): void {
		this.gauges.changed(name);
		this.standby?.changed(name);
		if (this.parts.controllers.isShared) this.parts.controllers.check(name).catch(() => undefined);
	}

	async end(): Promise<void> {
		clearInterval(this.sweeping);
		this.gauges.end();
		await this.standby?.end();
	}

	private async goOn(): Promise<void> {
		const { runs, controllers } = this.parts;
		for (const name of await runs.names()) {
			const run = await runs.seen(name);
			if (run.resumes) await controllers.drive(await runs.run(name));
			else void tellAgain(this.owner, run);
		}
	}

	private standBy(): void {
		const { broker, owner } = this;
		this.standby = new Standby({ ...this.parts, broker, owner, seen: name => this.gauges.changed(name) });
		this.standby.begin();
	}

	/** Undefined where there is none of that name here. */
	private async seen(name: string): Promise<Status | undefined> {
		const run = await this.parts.runs.seenHere(name);
		return run && this.parts.statuses.inShort(run);
	}

	private async sweep(rehearsals: Parts["rehearsals"]): Promise<void> {
		try {
			await rehearsals.sweep();
		} catch (error) {
			this.broker.logger.warn(`What is old could not be removed: ${messageOf(error)}`);
		}
	}
}
