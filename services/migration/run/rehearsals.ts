/** The dry runs of this node, under the names they answered: of the key that asked, so many at once, while they are asked for. */

import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { type Limits, settings } from "../../../contracts/migration/settings";
import { InTurn } from "../../../domain/in-turn";
import { type Caller, mayReplace, type Planner, plannerOf } from "../../../domain/migration/callers";
import type { DataOf } from "../../../domain/migration/events";
import { rehearsalName } from "./rehearsal-name";
import { type Rehearsed, rehearse } from "./rehearse";

interface Kept extends Rehearsed {
	readonly by: Planner;
	/** ISO 8601, UTC. */
	readonly begunAt: string;
	/** When it was last asked for, by `performance.now`. */
	askedAt: number;
}

export class Rehearsals {
	/** The oldest first. */
	private readonly kept = new Map<string, Kept>();
	/** Of many at once each counts those before it. */
	private readonly beginning = new InTurn();

	constructor(private readonly limits: Pick<Limits, "dryRuns" | "dryRunsEach" | "dryRunIdle">) {}

	/** @throws DEFINITION_TAKEN while another key has one of that name, and the caller may not run it */
	refuseTaken(migration: string, caller: Caller | undefined): void {
		const other = this.kept.get(rehearsalName(migration));
		if (!other || mayReplace(other.by, caller)) return;
		throw failure(
			"DEFINITION_TAKEN",
			`Another key rehearses '${migration}': give yours another name, or ask once that one is over and forgotten.`
		);
	}

	/** Begins it; one of the same name ends. @throws DEFINITION_TAKEN · LIMIT_REACHED */
	async begin(broker: Broker, planned: DataOf<"planned">, caller: Caller | undefined): Promise<Rehearsed> {
		const { name: migration } = planned.definition;
		const name = rehearsalName(migration);
		for (;;) {
			this.refuseTaken(migration, caller);
			// A system may let its end be waited for: in nobody else's turn.
			await this.end(name);
			const begun = await this.beginning.next(() => this.begun(broker, planned, name, caller));
			if (begun) return begun;
		}
	}

	/** Undefined where another one of that name was as quick. */
	private async begun(
		broker: Broker,
		planned: DataOf<"planned">,
		name: string,
		caller: Caller | undefined
	): Promise<Rehearsed | undefined> {
		if (this.kept.has(name)) return undefined;
		await this.makeRoom(caller);
		const rehearsed = Object.assign(await rehearse(broker, planned, name), {
			by: plannerOf(caller),
			begunAt: new Date().toISOString(),
			askedAt: performance.now()
		});
		this.kept.set(name, rehearsed);
		return rehearsed;
	}

	/** One that is asked for goes on. */
	get(name: string): Rehearsed | undefined {
		const found = this.kept.get(name);
		if (found) found.askedAt = performance.now();
		return found;
	}

	/** When one of that name began here; undefined where there is none. */
	begunAt(name: string): string | undefined {
		return this.kept.get(name)?.begunAt;
	}

	/** Ends and frees those that nobody asked for lately. */
	async sweep(): Promise<void> {
		const before = performance.now() - this.limits.dryRunIdle * 1000;
		await Promise.all([...this.kept].filter(([, { askedAt }]) => askedAt < before).map(([name]) => this.end(name)));
	}

	async endAll(): Promise<void> {
		await Promise.all([...this.kept.keys()].map(name => this.end(name)));
	}

	/** The caller's oldest that is over makes room; of whoever asks within the cluster, any that is. */
	private async makeRoom(caller: Caller | undefined): Promise<void> {
		const mine = [...this.kept].filter(([, { by }]) => caller === undefined || by.key === caller.id);
		const full =
			caller !== undefined && mine.length >= this.limits.dryRunsEach
				? "dryRunsEach"
				: this.kept.size >= this.limits.dryRuns
					? "dryRuns"
					: undefined;
		if (full === undefined) return;
		const [oldest] = mine.filter(([, { running }]) => !running).map(([name]) => name);
		if (oldest !== undefined) await this.end(oldest);
		else
			throw failure(
				"LIMIT_REACHED",
				`${settings[full].variable} is reached: wait until a dry run has ended; one that nobody asks for ends by itself.`
			);
	}

	/** Until its last batch is over it counts. */
	private async end(name: string): Promise<void> {
		const found = this.kept.get(name);
		await found?.halt();
		if (this.kept.get(name) === found) this.kept.delete(name);
	}
}
