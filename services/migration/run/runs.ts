/** The definitions and runs of a data folder: found by name, begun, their secrets sealed wherever they are kept. */

import { randomUUID } from "node:crypto";
import { type Collection, Conflict, Duplicate, type Versioned } from "../../../adapters/collection";
import { type EventStore, NEW } from "../../../adapters/eventstore";
import { failure } from "../../../cluster/errors";
import type { Ends } from "../../../contracts/migration/migration";
import type { Limits } from "../../../contracts/migration/settings";
import { InTurn } from "../../../domain/in-turn";
import { type Caller, mayReplace, mayRun, mayUse, plannerOf } from "../../../domain/migration/callers";
import type { KnownSystems } from "../../../domain/migration/definition";
import type { EventOf } from "../../../domain/migration/events";
import type { Variables } from "../../../domain/migration/references";
import { newRun, type Run } from "../../../domain/migration/run";
import type { RunView } from "../../../domain/migration/view";
import { addressOf, wayTo } from "./addresses";
import { redefinedBy } from "./definitions";
import type { Folds } from "./folds";
import { appendRun, runNames } from "./journal";
import { approvedOf, type Planned, type PlannedDefinition, plannedOtherwise } from "./planned";
import { isRehearsal } from "./rehearsal-name";
import type { Sealing } from "./sealing";
import { Shelf } from "./shelf";

export class Runs {
	private readonly shelf: Shelf;
	/** Of many plans at once each counts those before it. */
	private readonly keeping = new InTurn();

	constructor(
		private readonly store: EventStore,
		private readonly folds: Folds,
		private readonly definitions: Collection<PlannedDefinition>,
		private readonly keys: Sealing,
		private readonly known: KnownSystems,
		limits: Pick<Limits, "plans" | "plansEach" | "planDays">,
		isShared = false
	) {
		this.shelf = new Shelf(definitions, () => this.names(), limits, isShared);
	}

	/** Removes plans that nobody began, approved, or planned again for long. */
	sweep(): Promise<number> {
		return this.shelf.sweep();
	}

	names(): Promise<string[]> {
		return runNames(this.store);
	}

	/** For whoever goes on with it: a run of their own. Undefined where nothing of that name was begun. */
	begun(name: string): Promise<Run | undefined> {
		return this.folds.own(name);
	}

	/** As `begun`. @throws MIGRATION_NOT_FOUND */
	async run(name: string): Promise<Run> {
		return (await this.begun(name)) ?? this.missing(name);
	}

	/** As `seen`; undefined where nothing of that name was begun. */
	seenHere(name: string): Promise<RunView | undefined> {
		return this.folds.view(name);
	}

	/** To look at, not to change. @throws MIGRATION_NOT_FOUND */
	async seen(name: string): Promise<RunView> {
		return (await this.folds.view(name)) ?? this.missing(name);
	}

	/** As `seen`, with all that is known of each record. @throws MIGRATION_NOT_FOUND */
	async whole(name: string): Promise<Run> {
		return (await this.folds.whole(name)) ?? this.missing(name);
	}

	/** @throws DEFINITION_TAKEN where another key planned another one under that name, and the caller may not run it */
	async refuseTaken(name: string, hash: string, caller: Caller | undefined): Promise<void> {
		const found = await this.definitions.get(name);
		const known = found?.planned.hash ?? (await this.folds.view(name))?.hash;
		if (known === undefined || known === hash || mayReplace(found?.by, caller)) return;
		throw failure(
			"DEFINITION_TAKEN",
			`Another key planned '${name}', with another definition: give yours another name, or plan it with that key, or with one that has migration:run.`
		);
	}

	/** @throws FORBIDDEN unless the caller planned it, or may run it */
	async refuseOthers(name: string, caller: Caller | undefined): Promise<void> {
		if (mayUse((await this.definitions.get(name))?.by, caller)) return;
		const todo = "use that key, or one that has migration:run";
		throw failure("FORBIDDEN", `The definition of '${name}' is another key's, and so are its passwords: ${todo}.`);
	}

	/**
	 * Keeps what was planned; of what it is planned again as it was, whoever planned it first is still the one. What was
	 * approved stays as it is where the caller may not run it: a system that is away for them would end it.
	 * @throws DEFINITION_TAKEN · LIMIT_REACHED
	 */
	keep(given: Planned, caller: Caller | undefined): Promise<void> {
		return this.keeping.next(() => this.kept(given, caller));
	}

	/** Of another node's that came first it is decided anew. */
	private async kept(given: Planned, caller: Caller | undefined): Promise<void> {
		for (let tries = 1; ; tries++) {
			try {
				return await this.keepOver(await this.definitions.read(given.definition.name), given, caller);
			} catch (error) {
				if (tries === MOST_TRIES || !(error instanceof Conflict || error instanceof Duplicate)) throw error;
			}
		}
	}

	private async keepOver(
		found: Versioned<PlannedDefinition> | undefined,
		given: Planned,
		caller: Caller | undefined
	): Promise<void> {
		const { name } = given.definition;
		await this.refuseTaken(name, given.hash, caller);
		const before = found?.record;
		if (!before) await this.shelf.makeRoom(caller);
		const isSame = before?.planned.hash === given.hash;
		if (isSame && !mayRun(caller) && before.planned.plan.ok && before.approved?.hash === given.hash) return;
		const by = isSame && !mayRun(caller) ? before.by : plannerOf(caller);
		const planned = this.sealed(given);
		const approved = mayRun(caller) && planned.plan.ok ? planned : before?.approved;
		const at = new Date().toISOString();
		const record = { name, planned, at, ...(by && { by }), ...(approved && { approved: approvedOf(approved) }) };
		await this.shelf.keep(record, found?.version);
	}

	/** The hash of the definition that was begun under that name, or approved. */
	async approvedHash(name: string): Promise<string | undefined> {
		return ((await this.folds.view(name)) ?? (await this.definitions.get(name))?.approved)?.hash;
	}

	/**
	 * The first event of a run: a snapshot of what was planned.
	 * @param hash of what was reviewed: nothing else begins
	 * @throws MIGRATION_NOT_FOUND · PREFLIGHT_REFUSED · DEFINITION_CHANGED · DEFINITION_UNREVIEWED
	 */
	async begin(name: string, hash: string | undefined): Promise<Run> {
		const planned = await this.planned(name);
		if (hash !== undefined && hash !== planned.hash) throw plannedOtherwise(name);
		if (hash === undefined && !(await this.definitions.get(name))?.by?.runs)
			throw failure(
				"DEFINITION_UNREVIEWED",
				`What is planned as '${name}' was not planned by a key that may run it: give 'hash', as the plan that you reviewed answered it.`
			);
		if (!planned.plan.ok)
			throw failure("PREFLIGHT_REFUSED", `The preflight of '${name}' refused it: plan it again once it is mended.`);
		const run = newRun(name, planned, NEW);
		await appendRun(this.store, run, { type: "planned", data: this.sealed(planned) }, `planned-${randomUUID()}`);
		return this.opened(run);
	}

	/**
	 * What was planned since the run was begun, or since it was changed last; undefined where nothing was, or nothing that
	 * it may take over: what a key planned that may only plan waits for somebody to name its hash.
	 * @param hash of what was reviewed @throws DEFINITION_CHANGED where that is neither the run's nor the one planned since
	 */
	async rewritten(run: Run, hash: string | undefined): Promise<Planned | undefined> {
		const record = await this.definitions.get(run.name);
		const found = record?.planned;
		if (hash === run.hash) return undefined;
		if (hash !== undefined && hash !== found?.hash) throw plannedOtherwise(run.name);
		if (!found || found.hash === run.hash || (hash === undefined && !record?.by?.runs)) return undefined;
		const planned = { ...found, definition: this.keys.open(found.definition) };
		return redefinedBy(run, planned.definition, this.known).refused.length === 0 ? planned : undefined;
	}

	/** That the run goes on by another definition. */
	redefinition(run: Run, { definition, hash }: Planned): EventOf<"redefined"> {
		const { taken: changed } = redefinedBy(run, definition, this.known);
		return { type: "redefined", data: { definition: this.keys.seal(definition), hash, changed } };
	}

	/** Its definition in the clear, whatever was recorded of it. */
	opened(run: Run): Run {
		run.definition = this.keys.open(run.definition);
		return run;
	}

	/** As it was last planned, or begun. @throws MIGRATION_NOT_FOUND */
	async definition(name: string): Promise<Pick<Planned, "definition" | "hash">> {
		return (await this.folds.view(name)) ?? (await this.planned(name));
	}

	/** The addresses behind all that was begun, or approved to be. @param environment fills in `${NAME}` */
	async ends(environment: Variables): Promise<Ends[]> {
		const begun = await Promise.all((await this.names()).map(name => this.seen(name)));
		const isBegun = (name: string): boolean => begun.some(run => run.name === name);
		const planned = [...(await this.shelf.all()).values()].flatMap(({ name, approved }) =>
			approved && !isBegun(name)
				? [{ ...NOT_BEGUN, name, mapping: approved.mapping, definition: this.keys.open(approved.definition) }]
				: []
		);
		const all = [...begun, ...planned];
		return all.map(({ name, phase, startedAt, ok, mapping, definition: { source, target } }) => ({
			name,
			phase,
			startedAt,
			ok,
			mapping,
			source: addressOf(source, environment),
			target: addressOf(target, environment),
			ways: { source: wayTo(source), target: wayTo(target) }
		}));
	}

	private async planned(name: string): Promise<Planned> {
		const found = (await this.definitions.get(name))?.planned;
		if (!found) throw failure("MIGRATION_NOT_FOUND", `There is no migration '${name}': plan it first.`);
		return { ...found, definition: this.keys.open(found.definition) };
	}

	private async missing(name: string): Promise<never> {
		const why = isRehearsal(name)
			? `There is no '${name}' any more: it is kept by the node that began it, for a while; begin it again.`
			: (await this.definitions.get(name))
				? `The migration '${name}' is planned, not begun: start it.`
				: `There is no migration '${name}' here: plan it and run it first.`;
		throw failure("MIGRATION_NOT_FOUND", why);
	}

	/** As it may be kept. */
	private sealed(planned: Planned): Planned {
		return { ...planned, definition: this.keys.seal(planned.definition) };
	}
}

/** To keep a plan that others plan at the same time. */
const MOST_TRIES = 20;

const NOT_BEGUN = { phase: "planned", startedAt: null, ok: true } as const;

/** @throws REQUEST_INVALID where it has no such stream */
export function streamOf<S extends { readonly stream: string }>(
	{ name, streams }: { readonly name: string; readonly streams: readonly S[] },
	stream: string
): S {
	const found = streams.find(each => each.stream === stream);
	if (found) return found;
	const names = streams.map(each => each.stream).join(", ") || "none yet";
	throw failure("REQUEST_INVALID", `The migration '${name}' has no stream '${stream}'; it has: ${names}.`);
}
