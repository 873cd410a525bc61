/**
 * Every node of a shared store stands by: a run that shall go on and that nobody holds any more, because its node died, was
 * cut off or stopped, is taken up by whoever comes first. Its lease says who that is, and when it may be (L6, L12).
 */

import type { Broker } from "../../../cluster";
import type { Phase } from "../../../contracts/migration/status";
import type { RunView } from "../../../domain/migration/view";
import { messageOf } from "../../../domain/unknown";
import type { Controllers } from "./controllers";
import { type EndTeller, tellAgain } from "./ended";
import type { Leases } from "./leases";
import type { Runs } from "./runs";
import { goesOn } from "./statuses";

interface Parts {
	readonly broker: Broker;
	readonly runs: Runs;
	readonly controllers: Controllers;
	readonly leases: Leases;
	readonly owner: EndTeller;
	/** There may be something new of it. */
	readonly seen: (name: string) => void;
}

const OVER: ReadonlySet<string> = new Set(["finished", "cancelled", "rolled-back"] satisfies Phase[]);

/** How often unfinished runs are looked at, in ms. */
const LOOK_MS = 1_000;
/** And all others: news of one may have been lost. */
const ALL_MS = 30_000;
/** A node that took one up and could not go on leaves it to others for this time. */
const REST_MS = 10_000;

export class Standby {
	private readonly due = new Set<string>();
	private readonly rests = new Map<string, number>();
	/** By name, the version whose end was told. */
	private readonly ends = new Map<string, string>();
	private looking: NodeJS.Timeout | undefined;
	private allFrom = 0;
	private work: Promise<void> = Promise.resolve();

	constructor(private readonly parts: Parts) {}

	begin(): void {
		const look = async (): Promise<void> => {
			this.work = this.lookAll();
			await this.work;
			if (this.looking !== undefined) this.looking = setTimeout(look, LOOK_MS);
		};
		this.looking = setTimeout(look, 0);
	}

	/** What is being taken up ends with this node's controllers. */
	async end(): Promise<void> {
		clearTimeout(this.looking);
		this.looking = undefined;
		await this.work;
	}

	/** Something was recorded of it. */
	changed(name: string): void {
		this.due.add(name);
	}

	private async lookAll(): Promise<void> {
		try {
			await this.rememberAll();
			for (const name of [...this.due]) await this.look(name);
		} catch (error) {
			this.parts.broker.logger.warn(`Runs of other nodes cannot be looked at now: ${messageOf(error)}`);
		}
	}

	private async rememberAll(): Promise<void> {
		if (performance.now() < this.allFrom) return;
		for (const name of await this.parts.runs.names()) this.due.add(name);
		this.allFrom = performance.now() + ALL_MS;
	}

	private async look(name: string): Promise<void> {
		const { runs, controllers, leases, seen } = this.parts;
		const view = await runs.seenHere(name);
		seen(name);
		// Until something is recorded of it.
		if (!view || !goesOn(view)) this.due.delete(name);
		if (!view) return;
		if (!goesOn(view)) return this.told(view);
		if (controllers.runOf(name)) return controllers.check(name);
		const watch = leases.of(name);
		await watch.look();
		if (watch.isFree && (this.rests.get(name) ?? 0) <= performance.now()) await this.takeUp(name);
	}

	/** Whoever drove it to its end may have been killed before they said so: that is said once, however many say it. */
	private async told(view: RunView): Promise<void> {
		const { name, version, phase, status } = view;
		if (this.ends.get(name) === version || !(OVER.has(phase) || status.failure)) return;
		this.ends.set(name, version);
		await tellAgain(this.parts.owner, view);
	}

	private async takeUp(name: string): Promise<void> {
		const { runs, controllers, broker } = this.parts;
		this.rests.set(name, performance.now() + REST_MS);
		await controllers.inTurn(name, async () => {
			const run = await runs.begun(name);
			if (!run || this.looking === undefined) return;
			broker.logger.info(`${name}: nobody holds it any more; this node takes it up.`);
			await controllers.drive(run);
		});
	}
}
