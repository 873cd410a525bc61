/** Looks at records as the target holds them now, and says what there is to do for each. Writes nothing. */

import type { RecordSpec } from "../../../connectors/connector";
import type { Difference, Intent, SourceRecord, Transformed } from "../../../contracts/migration/records";
import type { Comparison } from "../../../contracts/migration/verifier";
import { fold, foldingOf } from "../../../domain/migration/folding";
import type { Known } from "../../../domain/migration/known";
import type { StreamRun } from "../../../domain/migration/run";
import { recordSpec } from "../../../mixins/systems";
import { type Held, heldBy } from "./holders";
import { ownOf } from "./known";
import { renewLinks } from "./links";
import { onto, prepare } from "./prepare";
import type { RunContext } from "./run-context";

type Compared = Omit<Comparison, "links">;

/** What was found of a page. */
export interface Looked {
	readonly equal: Comparison["equal"];
	readonly differences: readonly Difference[];
	/** New to the run, or held until now and fit to be moved. */
	readonly toMove: readonly Transformed[];
	/** Changed at the source; what stands at the target is ours. */
	readonly toWrite: readonly ToWrite[];
}

interface ToWrite {
	readonly intent: Intent;
	/** How it stands there until it is written; undefined where only its outcome is to be said anew. */
	readonly difference?: Difference;
}

/** Why a record waits that the source itself cannot mend. */
const TARGETS_REASONS: ReadonlySet<string> = new Set(["target_refused", "target_failed", "conflict"]);

export class Looking {
	/** Written in this pass, and not taken: writing them again would come to the same. */
	private readonly refused = new Set<string>();
	/** What the target keeps although the source has it no more: said once. */
	private readonly keeps: RecordSpec["keeps"];

	constructor(
		private readonly context: RunContext,
		private readonly stream: StreamRun,
		private readonly known: (ids: readonly string[]) => Promise<ReadonlyMap<string, Known>>
	) {
		this.keeps = recordSpec(context.broker, context.run.definition.target, stream.stream).keeps;
	}

	/** Writes no more of it in this pass. */
	leave(id: string): void {
		this.refused.add(id);
	}

	async look(records: readonly SourceRecord[]): Promise<Looked> {
		const { moved, held, ids, removed } = this.stream;
		const known = await this.known(records.map(({ id }) => id));
		const matter = records.filter(({ id }) => this.stands(id, known) || this.isOpen(id));
		const transformed = await prepare(this.context, this.stream.stream, matter);
		const mine = await this.fitted(
			transformed.filter(({ id }) => this.stands(id, known)),
			known
		);
		const compared = await this.compare(mine);
		const byId = new Map(mine.map(each => [each.id, each]));
		const { equal, differences } = await this.refit(compared, byId, known);
		const toWrite: ToWrite[] = [];
		const left: Difference[] = mine.filter(({ target }) => !target).map(unmapped);
		const { theirs, others } = await this.heldOrNot(differences);
		left.push(...theirs);
		for (const difference of others) {
			// Of one who could not be made, nothing stands there: as it was said.
			if (difference.kind === "missing" && !moved.has(difference.id)) continue;
			const intent = this.rewrite(transformedOf(byId, difference.id), difference, known);
			if (intent) toWrite.push({ intent, difference });
			else left.push(difference);
		}
		// Held back by a write that failed, and as it should be: written once more, so that its outcome is said anew.
		const unsaid = ([id]: Comparison["equal"][number]): boolean => {
			const { lost = [] } = known.get(id) ?? {};
			const codes = lost.map(([code]) => code);
			return (
				held.has(id) ||
				(byId.get(id)?.losses.some(({ code }) => code === this.keeps?.code && !codes.includes(code)) ?? false)
			);
		};
		for (const [id, , found] of equal.filter(unsaid)) {
			const own = known.get(id);
			if (own && !this.refused.has(id))
				toWrite.push({ intent: { ...transformedOf(byId, id), ...ownOf(own), ours: found } });
		}
		const isHeld = ({ id, target }: Transformed): boolean =>
			held.has(id) && !this.stands(id, known) && target !== undefined && !this.isTaken(id, target.name);
		const toMove = transformed.filter(each => !ids.has(each.id) || removed.has(each.id) || isHeld(each));
		return { equal: equal.filter(key => !unsaid(key)), differences: left, toMove, toWrite };
	}

	/** What a later migration holds is left to it, also by a repair (L33). */
	private async heldOrNot(differences: readonly Difference[]): Promise<Record<"theirs" | "others", Difference[]>> {
		const held: Held = differences.length > 0 ? await this.context.holders(this.stream.stream) : new Map();
		const theirs = differences.flatMap(difference => {
			const holder = held.get(difference.name);
			return holder === undefined ? [] : [{ ...difference, reason: heldBy(holder) }];
		});
		return { theirs, others: differences.filter(({ name }) => !held.has(name)) };
	}

	/** As they can be at the target, where others stood there before us. */
	private async fitted(mine: readonly Transformed[], known: ReadonlyMap<string, Known>): Promise<Transformed[]> {
		const over = mine.map(each => ({ ...each, before: known.get(each.id)?.before ?? null }));
		const fitted = await onto(this.context, this.stream.stream, over);
		return fitted.map(({ before, ...each }) => each);
	}

	/** As they can be at the target, where it keeps what was taken away at the source: a loss, no difference for ever. */
	private async refit(
		{ equal, differences }: Compared,
		byId: Map<string, Transformed>,
		known: ReadonlyMap<string, Known>
	): Promise<Compared> {
		const there = (id: string): Difference | undefined => differences.find(each => each.id === id);
		const isKept = ({ fields }: Difference): boolean => fields.some(({ field }) => field === this.keeps?.field);
		const ours = differences.filter(each => isKept(each) && this.mayRewrite(each, known));
		const over = ours.map(({ id, fields }) => ({
			...transformedOf(byId, id),
			before: Object.fromEntries(fields.map(({ field, actual }) => [field, actual]))
		}));
		// Ours to write over, whatever is done with others.
		const fitted = await onto(this.context, this.stream.stream, over, "overwrite");
		const changed = fitted.filter(({ id, losses }) => losses.length > (byId.get(id)?.losses.length ?? 0));
		if (changed.length === 0) return { equal, differences };
		for (const { before, ...each } of changed) byId.set(each.id, each);
		const again = await this.compare(changed);
		const ids = new Set(changed.map(({ id }) => id));
		const still = again.differences.map(each => ({ ...there(each.id), ...each }));
		return {
			equal: [...equal, ...again.equal],
			differences: [...differences.filter(({ id }) => !ids.has(id)), ...still]
		};
	}

	/** Who waits for a name waits until it is free. */
	private isTaken(id: string, name: string): boolean {
		return (
			this.stream.held.get(id) === "name_taken" &&
			this.stream.names.has(fold(name, foldingOf(this.context.run.context, this.stream.stream)))
		);
	}

	/** May it be written, for all that is known of it? Not what only the target, or a human, can mend. */
	private isOpen(id: string): boolean {
		const { held, ids, removed, comparison } = this.stream;
		const category = held.get(id);
		if (this.refused.has(id)) return false;
		if (category !== undefined) return comparison.force || !TARGETS_REASONS.has(category);
		return !ids.has(id) || removed.has(id);
	}

	/** Is it at the target as ours, whole, or in a state that a failed write left (L30)? */
	private stands(id: string, known: ReadonlyMap<string, Known>): boolean {
		if (this.stream.moved.has(id)) return true;
		return this.stream.held.has(id) && !this.isOpen(id) && known.get(id)?.begun === true;
	}

	private async compare(transformed: readonly Transformed[]): Promise<Compared> {
		const records = transformed.flatMap(({ id, target }) => (target ? [{ id, ...target }] : []));
		if (records.length === 0) return { equal: [], differences: [] };
		const { broker, run } = this.context;
		const call = { connection: run.definition.target, stream: this.stream.stream, records };
		const { links, ...compared } = await broker.call("verifier.compare", call);
		await renewLinks(this.context, this.stream.stream, transformed, links);
		return compared;
	}

	/** How to write a record that differs, if it is ours to write: nobody else changed it, or a repair was asked for. */
	private rewrite(
		transformed: Transformed,
		difference: Difference,
		known: ReadonlyMap<string, Known>
	): Intent | undefined {
		const { id, found } = difference;
		const own = known.get(id);
		const { held } = this.stream;
		if (!own || this.refused.has(id) || (held.has(id) && !this.isOpen(id))) return undefined;
		if (!this.mayRewrite(difference, known)) return undefined;
		return { ...transformed, ...ownOf(own), ...(found !== undefined && { ours: found }) };
	}

	/** Nobody else changed it, or it is asked to be written over. */
	private mayRewrite({ id, kind, found }: Difference, known: ReadonlyMap<string, Known>): boolean {
		const { force } = this.stream.comparison;
		return force || (kind === "different" && found !== undefined && found === known.get(id)?.ours);
	}
}

/** What is compared was transformed before. */
function transformedOf(byId: ReadonlyMap<string, Transformed>, id: string): Transformed {
	const found = byId.get(id);
	if (!found) throw new Error(`The record ${id} was compared, and never transformed.`);
	return found;
}

export const isOpen = ({ toMove, toWrite }: Looked): boolean => toMove.length + toWrite.length > 0;

/** What a look found of some of its records. */
export const only = ({ equal, differences, toMove, toWrite }: Looked, ids: ReadonlySet<string>): Looked => ({
	equal: equal.filter(([id]) => ids.has(id)),
	differences: differences.filter(({ id }) => ids.has(id)),
	toMove: toMove.filter(({ id }) => ids.has(id)),
	toWrite: toWrite.filter(({ intent }) => ids.has(intent.id))
});

const unmapped = ({ id, name, quarantine }: Transformed): Difference => ({
	id,
	name,
	kind: "unmapped",
	fields: quarantine ? [{ field: quarantine.field, expected: quarantine.reason, actual: null }] : []
});
