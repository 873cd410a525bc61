import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { settingsOf } from "../../cluster/settings";
import { ConnectorError, type RecordSpec, type Target, type Term } from "../../connectors/connector";
import type { Json } from "../../contracts/json";
import type { CheckReport } from "../../contracts/migration/connection";
import { importer, type Lasting, type Onto, type Refused } from "../../contracts/migration/importer";
import type { Result, TargetRecord, UndoneRecord } from "../../contracts/migration/records";
import { heldBack, quarantineOf, treatmentOf } from "../../domain/migration/importing";
import { own } from "../../domain/own";
import { connectors } from "../../mixins/connectors.mixin";
import { putBack } from "./run/attempts";
import { termOf } from "./run/term";

const { check, count, backup, find, write, onto, refusals, undo, lasting } = importer.actions;
type WriteParams = CallOf<typeof write>["params"];
type Given = WriteParams["records"][number];

const REASONS = ["starting", "climbing", "no-gain", "errors", "slower", "ceiling"] as const;

@Service(importer)
export default class ImporterService extends service(connectors()) implements Answers<typeof importer> {
	@Action(check)
	async check(ctx: CallOf<typeof check>): Promise<CheckReport> {
		return this.checked(await this.connectors.target(ctx.params.connection));
	}

	@Action(count)
	async count(ctx: CallOf<typeof count>): Promise<number> {
		const { connection, stream } = ctx.params;
		return this.asked(async () => (await this.connectors.target(connection)).count(stream));
	}

	@Action(backup, { timeout: 0 })
	async backup(ctx: CallOf<typeof backup>): Promise<string | null> {
		const { connection, folder } = ctx.params;
		const target = await this.connectors.target(connection);
		const path = await this.asked(async () => (await target.backup?.(folder)) ?? null);
		const { broker } = this;
		// It lies on this node, whoever asks where.
		return path !== null && settingsOf(broker).store === "cluster" ? `${broker.nodeID}:${path}` : path;
	}

	@Action(find)
	async find(ctx: CallOf<typeof find>): Promise<TargetRecord[]> {
		const { connection, stream, names } = ctx.params;
		return this.asked(async () => [...(await (await this.connectors.target(connection)).find(stream, names))]);
	}

	@Action(write)
	async write(ctx: CallOf<typeof write>): Promise<Result[]> {
		const { params } = ctx;
		const target = await this.connectors.target(params.connection);
		// One applier, and only as long as its lease holds (L6).
		const term = termOf(leftOf(params.lease));
		const results = await this.asked(() => settled(params.records, record => settle(target, params, record, term)));
		this.measure(params.stream, results, target);
		return results;
	}

	@Action(onto)
	async onto(ctx: CallOf<typeof onto>): Promise<Onto[]> {
		const { connection, stream, conflict, records } = ctx.params;
		const target = await this.connectors.target(connection);
		return records.map(({ id, data, before }) => ({
			id,
			...(target.onto?.(stream, data, before, conflict) ?? { data, losses: [] })
		}));
	}

	@Action(refusals)
	async refusals(ctx: CallOf<typeof refusals>): Promise<Refused[]> {
		const { connection, stream, records } = ctx.params;
		const target = await this.connectors.target(connection);
		return records.flatMap(({ id, name, data }) => {
			const reason = target.refuses?.(stream, name, data);
			return reason === undefined ? [] : [{ id, reason }];
		});
	}

	@Action(undo)
	async undo(ctx: CallOf<typeof undo>): Promise<readonly UndoneRecord[]> {
		const { connection, stream, lease, records } = ctx.params;
		const target = await this.connectors.target(connection);
		const term = termOf(leftOf(lease));
		return this.asked(() => putBack(target, stream, records, term));
	}

	@Action(lasting)
	async lasting(ctx: CallOf<typeof lasting>): Promise<Lasting[]> {
		const { connection, stream, names } = ctx.params;
		const target = await this.connectors.target(connection);
		return names.flatMap(name => {
			const reason = target.lasting?.(stream, name);
			return reason === undefined ? [] : [{ name, reason }];
		});
	}

	/** For Prometheus: what was written, and what keeps it from being written faster. */
	private measure(stream: string, results: readonly Result[], target: Target): void {
		const { metrics } = this.broker;
		for (const { outcome } of results) metrics.increment(importer.metrics.settled.name, { stream, outcome });
		const load = target.load?.(stream);
		if (!load) return;
		metrics.set(importer.metrics.concurrency.name, load.limit, { stream });
		for (const reason of REASONS)
			metrics.set(importer.metrics.throttle.name, reason === load.reason ? 1 : 0, { stream, reason });
	}
}

/** How long the lease still holds, whatever the call waited for on its way. A clock that is behind only takes nothing off. */
const leftOf = ({ remainingMs, sentAt }: WriteParams["lease"]): number =>
	Math.max(0, remainingMs - Math.max(0, Date.now() - sentAt));

/** All are waited for, also after a failure: nothing may still be writing when the answer is given. */
async function all<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
	const settled = await Promise.allSettled(items.map(work));
	return settled.map(each => {
		if (each.status === "rejected") throw each.reason;
		return each.value;
	});
}

/** Those that were settled before the lease was over; what was stopped then goes on under the next one. */
async function settled(records: readonly Given[], work: (record: Given) => Promise<Result>): Promise<Result[]> {
	let stopped: ConnectorError | undefined;
	const results = await all(records, async record => {
		try {
			return await work(record);
		} catch (error) {
			if (!(error instanceof ConnectorError) || error.code !== "stopped") throw error;
			stopped = error;
			return undefined;
		}
	});
	const known = results.filter(result => result !== undefined);
	if (stopped && known.length === 0) throw stopped;
	return known;
}

function linkIn({ spec }: Target, stream: string, data: Json | null): { link?: string } {
	const found = data && own(spec.records, stream)?.links?.of(data);
	return found ? { link: found.link } : {};
}

function stateIn({ spec }: Target, stream: string): Pick<RecordSpec, "stateOf"> {
	const { stateOf } = own(spec.records, stream) ?? {};
	return stateOf ? { stateOf } : {};
}

async function settle(target: Target, { stream, conflict }: WriteParams, record: Given, term: Term): Promise<Result> {
	const fingerprint = (data: Given["data"]): string => target.fingerprint(stream, data);
	const treatment = treatmentOf(record, conflict, fingerprint);
	if (!treatment.write) {
		const { result } = treatment;
		// Who stood there already, all equal, is served by the target from now on: their old link leads to them too.
		const link = result.outcome === "unchanged" ? linkIn(target, stream, record.before) : {};
		return { id: record.id, ...result, ...link };
	}
	try {
		const { data } = await target.write(stream, record, term);
		return {
			id: record.id,
			outcome: treatment.outcome,
			fingerprint: fingerprint(data),
			...linkIn(target, stream, data)
		};
	} catch (error) {
		if (!(error instanceof ConnectorError) || error.details.retryable) throw error;
		const quarantine = quarantineOf(error.code, error.message, record.name);
		if (!quarantine) throw error;
		return heldBack(
			record,
			quarantine,
			{ ...error.details, left: error.left },
			{ fingerprint, ...stateIn(target, stream) }
		);
	}
}
