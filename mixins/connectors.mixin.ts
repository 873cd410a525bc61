import type { Service as MoleculerService } from "moleculer";
import type { Broker, Mixin } from "../cluster";
import { hearing } from "../cluster/callers";
import { failure } from "../cluster/errors";
import { provide } from "../cluster/provide";
import { type Settings, settingsOf } from "../cluster/settings";
import { ConnectorError, type Source, type Target } from "../connectors/connector";
import { withFiles } from "../connectors/files";
import { REACH } from "../connectors/http/reach";
import type { Json } from "../contracts/json";
import type { CheckReport } from "../contracts/migration/connection";
import type { Connection, OptionValue } from "../contracts/migration/records";
import { digest } from "../domain/canonical";
import { BY_OTHERS } from "../domain/migration/callers";
import { resolveReferences } from "../domain/migration/references";
import { own } from "../domain/own";
import { OpenConnectors } from "./open-connectors";
import { Revealed } from "./revealed";
import { systemsOf } from "./systems";

type Given = Readonly<Record<string, OptionValue>>;

export interface Connectors {
	/** The open connector on this connection; opened once, closed with the service. */
	readonly connectors: { source(connection: Given): Promise<Source>; target(connection: Given): Promise<Target> };
	/**
	 * What a system refuses or fails at, as an error of the table: SYSTEM_FAILED with the connector's code in `data`. A
	 * cursor or a stream that is none of the system's is the caller's mistake: REQUEST_INVALID.
	 */
	asked<T>(work: () => Promise<T>): Promise<T>;
	/** The check of an end, with the counts of its streams where it answers. */
	checked(end: Source | Target): Promise<CheckReport>;
}

/** Gives the service the connectors, on connections whose `${ENV}` references this node resolves. */
export function connectors(): Mixin<Connectors> {
	const held = new WeakMap<object, Open & { readonly sweeping: NodeJS.Timeout }>();
	return {
		...(hearing.events && { events: hearing.events }),
		created(this: MoleculerService) {
			const open: Open = { source: new OpenConnectors(MOST_OPEN), target: new OpenConnectors(MOST_OPEN) };
			const sweep = (): void => {
				for (const each of [open.source, open.target]) each.sweep(IDLE_MS);
			};
			held.set(this, { ...open, sweeping: setInterval(sweep, IDLE_MS / 2).unref() });
			const settings = settingsOf(this.broker);
			const revealed = new Revealed(this.broker as unknown as Broker);
			const { sources, targets } = systemsOf(this.broker);
			const once = async <E extends Source | Target>(
				side: Side,
				given: Given,
				make: (connection: Connection) => E
			): Promise<E> => {
				const opened = open[side] as unknown as OpenConnectors<E>;
				const key = `${digest(given as Json)} ${revealed.versions(given)}`;
				const known = opened.known(key);
				if (known) return known;
				const environment = await revealed.variables(given);
				return opened.get(key, () => valid(side, () => make(resolve(side, given, { ...settings, environment }))));
			};
			provide<Connectors>(this, {
				connectors: {
					source: given =>
						once("source", given, connection => opener(sources, connection)(connection, settings.limits)),
					target: given => once("target", given, connection => opener(targets, connection)(connection, settings.limits))
				},
				asked,
				checked: end => asked(() => check(end))
			});
		},
		async stopped(this: object) {
			const { source, target, sweeping } = held.get(this) ?? {};
			clearInterval(sweeping);
			await Promise.all([source?.close(), target?.close()]);
		}
	};
}

/** Of each side; more are at work only where more is under way. */
const MOST_OPEN = 100;
/** So long a connector stays open that nobody uses. */
const IDLE_MS = 15 * 60_000;

interface Open {
	readonly source: OpenConnectors<Source>;
	readonly target: OpenConnectors<Target>;
}

type Side = keyof Open;

type Node = Pick<Settings, "environment" | "files" | "reach">;

function resolve(
	side: Side,
	{ [BY_OTHERS]: others, ...given }: Given,
	{ environment, files, reach }: Node
): Connection {
	const resolved = resolveReferences(given, environment);
	if (resolved.ok)
		return { ...withFiles(resolved.connection, files), [REACH]: others === true ? reach.others : reach.approved };
	const { unfilled } = resolved;
	const variables = unfilled.flatMap(({ name, problem }) => (name === undefined ? [] : [problem]));
	const forms = unfilled.flatMap(({ name, problem }) => (name === undefined ? [problem] : []));
	if (forms.length > 0) throw failure("DEFINITION_INVALID", `${side}: ${forms.join("; ")}.`);
	const todo =
		environment.allows === null
			? "set it in this shell, then run again"
			: "set it where the node runs that connects and restart it there, or as a secret of all nodes (POST /api/v1/config/secrets), then run again";
	throw failure("ENVIRONMENT_MISSING", `${side}: ${variables.join("; ")}: ${todo}.`);
}

/** What a connector says of its options before it sends anything is said of the definition. */
function valid<E>(side: Side, open: () => E): E {
	try {
		return open();
	} catch (error) {
		if (!(error instanceof ConnectorError)) throw error;
		throw failure("DEFINITION_INVALID", `${side}: ${error.message}`);
	}
}

function opener<O>(table: Readonly<Record<string, { readonly open: O }>>, { connector }: Connection): O {
	const found = own(table, connector);
	if (!found) throw failure("CONNECTOR_UNKNOWN", `There is no connector '${connector}'.`);
	return found.open;
}

async function check(end: Source | Target): Promise<CheckReport> {
	const found = await end.check();
	if (!found.ok) return { ...found, counts: {} };
	const streams = await end.discover();
	return { ...found, counts: Object.fromEntries(streams.map(({ stream, count }) => [stream, count])) };
}

const CALLERS_MISTAKES: ReadonlySet<string> = new Set(["not-a-cursor", "not-a-stream"]);

async function asked<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof ConnectorError)) throw error;
		if (CALLERS_MISTAKES.has(error.code)) throw failure("REQUEST_INVALID", error.message);
		throw failure("SYSTEM_FAILED", error.message, { code: error.code, ...error.details });
	}
}
