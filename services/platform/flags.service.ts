import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { invalid } from "../../cluster/errors";
import { settingsFor, settingsOf } from "../../cluster/settings";
import type { JsonValue } from "../../contracts/json";
import { auth } from "../../contracts/platform/auth";
import type { Evaluation, Evaluations, Explanation, FlagSet, ShownFlag } from "../../contracts/platform/flag-shapes";
import { flags } from "../../contracts/platform/flags";
import type { Revision, RevisionDifference, RevisionPage, RevisionSnapshot } from "../../contracts/revisions";
import { faultsOf } from "../../domain/platform/flags/check";
import { valueAt } from "../../domain/there";
import { messageOf } from "../../domain/unknown";
import { flags as evaluated } from "../../mixins/flags.mixin";
import { type Revised, revisions, told } from "../../mixins/revisions.mixin";
import { Ages } from "./flags/ages";
import { Asked } from "./flags/asked";
import { flagIn, rolledOut, switched, withFlag, withoutFlag } from "./flags/changes";
import { shownIn, staleIn } from "./flags/shown";
import { Whole } from "./flags/whole";

const { snapshot, list, show, put, remove, switch: turn, rollout } = flags.actions;
const { history, diff, rollback, evaluate, evaluateAll, mine, allMine, explain, personal } = flags.actions;

/** How often it is counted how many are stale, in ms. */
const LOOK_MS = 60_000;

function check(value: FlagSet): void {
	const faults = faultsOf(value);
	if (faults.length > 0) throw invalid(faults);
}

@Service(flags)
export default class FlagsService
	extends service(
		revisions<FlagSet>({ kept: "flagRevisions", empty: { flags: {} }, check, changed: flags.events.changed.name }),
		evaluated()
	)
	implements Answers<typeof flags>
{
	private whole!: Whole;
	private ages!: Ages;
	private asked!: Asked;
	private beginning: Promise<void> | undefined;
	private looking: NodeJS.Timeout | undefined;

	async started(): Promise<void> {
		this.whole = new Whole(this.revisions.of(flags.name), this.flags);
		this.ages = new Ages(this.revisions);
		this.asked = new Asked(this.flags);
		if (settingsOf(this.broker).access === "write") this.looking = setInterval(() => void this.look(), LOOK_MS);
	}

	async stopped(): Promise<void> {
		clearInterval(this.looking);
	}

	@Action(snapshot)
	snapshot({ params }: CallOf<typeof snapshot>): Promise<RevisionSnapshot> {
		return this.whole.kept.snapshot(params);
	}

	@Action(list)
	async list({ params }: CallOf<typeof list>): Promise<ShownFlag[]> {
		const all = await this.shown(await this.whole.kept.current());
		return params.stale ? all.filter(({ stale }) => stale !== null) : all;
	}

	@Action(show)
	async show({ params }: CallOf<typeof show>): Promise<ShownFlag> {
		return this.one(await this.whole.kept.current(), params.key);
	}

	@Action(put)
	async put(ctx: CallOf<typeof put>): Promise<ShownFlag> {
		const { key, flag } = ctx.params;
		return this.one(await this.whole.change(told(ctx), set => withFlag(set, key, flag)), key);
	}

	@Action(remove)
	async remove(ctx: CallOf<typeof remove>): Promise<Revision> {
		return revisionOf(await this.whole.change(told(ctx), set => withoutFlag(set, ctx.params.key)));
	}

	@Action(turn)
	async switch(ctx: CallOf<typeof turn>): Promise<ShownFlag> {
		const { key, enabled } = ctx.params;
		return this.one(await this.whole.changeNewest(ctx, set => switched(set, key, enabled)), key);
	}

	@Action(rollout)
	async rollout(ctx: CallOf<typeof rollout>): Promise<ShownFlag> {
		const { key, percent, rule } = ctx.params;
		return this.one(await this.whole.changeNewest(ctx, set => rolledOut(set, key, percent, rule)), key);
	}

	@Action(history)
	history({ params }: CallOf<typeof history>): Promise<RevisionPage> {
		return this.whole.kept.history(params);
	}

	@Action(diff)
	diff({ params: { from, to } }: CallOf<typeof diff>): Promise<RevisionDifference[]> {
		return this.whole.kept.diff(from, to);
	}

	@Action(rollback)
	async rollback(ctx: CallOf<typeof rollback>): Promise<Revision> {
		return revisionOf(await this.whole.rollback({ ...told(ctx), to: ctx.params.to }));
	}

	@Action(evaluate)
	async evaluate({ params: { key, context } }: CallOf<typeof evaluate>): Promise<Evaluation> {
		await this.begun();
		return this.asked.one(key, context);
	}

	@Action(evaluateAll)
	async evaluateAll({ params: { context } }: CallOf<typeof evaluateAll>): Promise<Evaluations> {
		await this.begun();
		return this.asked.all(context);
	}

	@Action(mine)
	async mine({ params: { key, context }, meta }: CallOf<typeof mine>): Promise<Evaluation> {
		await this.begun();
		return this.asked.ownOne(meta, key, context);
	}

	@Action(allMine)
	async allMine({ params: { context }, meta }: CallOf<typeof allMine>): Promise<Evaluations> {
		await this.begun();
		return this.asked.ownAll(meta, context);
	}

	@Action(explain)
	async explain({ params: { key, context } }: CallOf<typeof explain>): Promise<Explanation> {
		await this.begun();
		return this.asked.explain(key, context);
	}

	@Action(personal)
	async personal({ params: { account } }: CallOf<typeof personal>): Promise<JsonValue> {
		const changed = await this.revisions.made(account);
		return changed === 0 ? null : { changed };
	}

	@Event(auth.events.erased)
	async erased(ctx: EventOf<typeof auth.events.erased>): Promise<void> {
		const { account, request } = ctx.params;
		const count = await this.revisions.forget(account);
		await ctx.call("users.forgot", { request, service: flags.name, count, kept: [] });
	}

	/** What is asked right after the start waits until this node has what is set. */
	private begun(): Promise<void> {
		this.beginning ??= this.flags.ask();
		return this.beginning;
	}

	private async one(revised: Revised<FlagSet>, key: string): Promise<ShownFlag> {
		flagIn(revised.value, key);
		const all = new Map((await this.shown(revised)).map(shown => [shown.key, shown]));
		return valueAt(all, key);
	}

	private async shown(revised: Revised<FlagSet>): Promise<ShownFlag[]> {
		const ages = await this.ages.of(revised);
		return shownIn(revised, ages, { now: Date.now(), days: settingsFor(this.broker, flags).staleDays });
	}

	/** Where the store is away, at the next look. */
	private async look(): Promise<void> {
		try {
			const stale = staleIn(await this.shown(await this.whole.kept.current()));
			this.broker.metrics.set(flags.metrics.stale.name, stale);
		} catch (error) {
			this.logger.warn(`It could not be counted how many flags are stale: ${messageOf(error)}`);
		}
	}
}

const revisionOf = ({ revision, hash, at, author, reason }: Revised<FlagSet>): Revision => ({
	revision,
	hash,
	at,
	author,
	reason
});
