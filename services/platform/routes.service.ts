import { Shapes } from "../../adapters/shapes/runner";
import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { failure, invalid } from "../../cluster/errors";
import { settingsFor } from "../../cluster/settings";
import { CONTRACTS } from "../../contracts/cluster";
import type { JsonValue } from "../../contracts/json";
import { auth } from "../../contracts/platform/auth";
import type { DataRoute, RouteTable } from "../../contracts/platform/route-forms";
import type { RouteExplanation } from "../../contracts/platform/route-samples";
import { type RouteKept, type RouteSet, type RouteTried, routes } from "../../contracts/platform/routes";
import type { RevisionDifference, RevisionPage, RevisionSnapshot } from "../../contracts/revisions";
import { canonical } from "../../domain/canonical";
import { own } from "../../domain/own";
import { explained } from "../../domain/platform/data-routes/explain";
import { clashesIn, faultsOf } from "../../domain/platform/data-routes/faults";
import { proved } from "../../domain/platform/data-routes/proof";
import { type World, worldOf } from "../../domain/platform/data-routes/world";
import type { Fault } from "../../domain/platform/problem";
import { type Revised, revisions, told } from "../../mixins/revisions.mixin";
import { checksOf } from "./routes/checks";

const { list, history, diff, get, set, remove, rollback, try: tried, explain, personal, snapshot } = routes.actions;

/** Made of all contracts, once somebody asks. */
let known: World | undefined;
const world = (): World => {
	known ??= worldOf(CONTRACTS);
	return known;
};

/** @throws VALIDATION_ERROR */
function mustFit(table: RouteTable): void {
	const faults = Object.values(table).flatMap(route =>
		faultsOf(route, world()).map(({ field, message }) => ({ field: `${route.id}.${field}`, message }))
	);
	refuse(faults.length > 0 ? faults : clashesIn(table));
}

/** @throws VALIDATION_ERROR where there are any */
function refuse(faults: readonly Fault[]): void {
	if (faults.length > 0) throw invalid(faults);
}

const setOf = ({ value, ...revision }: Revised<RouteTable>): RouteSet => ({
	...revision,
	routes: Object.values(value)
});
const keptIn = ({ value, ...revision }: Revised<RouteTable>, id: string): RouteKept => ({
	...revision,
	route: own(value, id) ?? null
});

const boundsIn = ({ shapeMs, shapeBytes }: { readonly shapeMs: number; readonly shapeBytes: number }) => ({
	ms: shapeMs,
	bytes: shapeBytes
});

@Service(routes)
export default class RoutesService
	extends service(
		revisions<RouteTable>({ kept: "routeRevisions", empty: {}, check: mustFit, changed: routes.events.changed.name })
	)
	implements Answers<typeof routes>
{
	private readonly shapes = new Shapes(boundsIn(settingsFor(this.broker, routes)));

	async stopped(): Promise<void> {
		this.shapes.close();
	}

	@Action(list)
	async list(_ctx: CallOf<typeof list>): Promise<RouteSet> {
		return setOf(await this.all.current());
	}

	@Action(get)
	async get({ params: { id } }: CallOf<typeof get>): Promise<RouteKept> {
		const current = await this.all.current();
		mustBe(current.value, id);
		return keptIn(current, id);
	}

	@Action(history)
	history({ params }: CallOf<typeof history>): Promise<RevisionPage> {
		return this.all.history(params);
	}

	@Action(diff)
	diff({ params: { from, to } }: CallOf<typeof diff>): Promise<RevisionDifference[]> {
		return this.all.diff(from, to);
	}

	@Action(set)
	async set(ctx: CallOf<typeof set>): Promise<RouteKept> {
		const { expected: _, reason: __, ...route } = ctx.params;
		refuse(await this.faultsIn(route));
		const kept = await this.all.change({ ...told(ctx), decide: value => ({ ...value, [route.id]: route }) });
		return keptIn(kept, route.id);
	}

	@Action(remove)
	async remove(ctx: CallOf<typeof remove>): Promise<RouteKept> {
		const { id } = ctx.params;
		const kept = await this.all.change({
			...told(ctx),
			decide: ({ ...value }) => {
				mustBe(value, id);
				delete (value as Record<string, DataRoute>)[id];
				return value;
			}
		});
		return keptIn(kept, id);
	}

	@Action(rollback)
	async rollback(ctx: CallOf<typeof rollback>): Promise<RouteSet> {
		const { to } = ctx.params;
		const [now, then] = await Promise.all([this.all.current(), this.all.at(to)]);
		await this.mustBeProved(now.value, then.value, to);
		return setOf(await this.all.rollback({ ...told(ctx), to }));
	}

	@Action(tried)
	async try({ params }: CallOf<typeof tried>): Promise<RouteTried> {
		const faults = await this.faultsIn(params);
		const clashes = faults.length > 0 ? [] : clashesIn({ ...(await this.all.current()).value, [params.id]: params });
		return { ok: faults.length + clashes.length === 0, faults: [...faults, ...clashes] };
	}

	@Action(explain)
	async explain({ params }: CallOf<typeof explain>): Promise<RouteExplanation> {
		const { revision, value } = await this.all.current();
		return explained(params, { revision, table: value, world: world(), ...this.proving });
	}

	@Action(snapshot)
	snapshot({ params }: CallOf<typeof snapshot>): Promise<RevisionSnapshot> {
		return this.all.snapshot(params);
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
		await ctx.call("users.forgot", { request, service: routes.name, count, kept: [] });
	}

	private get all() {
		return this.revisions.of("routes");
	}

	private get proving() {
		const { shapes } = this;
		return {
			evaluate: (texts: readonly string[], input: unknown) => shapes.evaluate(texts, input),
			compile: (texts: readonly string[]) => shapes.compile(texts),
			checks: checksOf(world())
		};
	}

	private async faultsIn(route: DataRoute): Promise<Fault[]> {
		const faults = faultsOf(route, world());
		const { status } = world().targets.get(route.action)?.route ?? { status: 200 };
		return faults.length > 0 ? faults : proved(route, { ...this.proving, status });
	}

	/** What is set now was proved when it was set. @throws REVISION_UNFIT */
	private async mustBeProved(now: RouteTable, then: RouteTable, to: number): Promise<void> {
		for (const route of Object.values(then)) {
			const same = own(now, route.id);
			if (same && canonical(same as never) === canonical(route as never)) continue;
			const [fault] = await this.faultsIn(route);
			if (fault)
				throw failure(
					"REVISION_UNFIT",
					`Revision ${to} of the routes cannot be set again: ${route.id}.${fault.field}: ${fault.message}`
				);
		}
	}
}

/** @throws ROUTE_NOT_FOUND */
function mustBe(table: RouteTable, id: string): void {
	if (own(table, id) === undefined) throw failure("ROUTE_NOT_FOUND", `No route is called '${id}'.`);
}
