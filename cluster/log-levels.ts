/**
 * How much a node logs, while it runs: each part that logs has a logger of its own (a service, `transit`, `registry` …),
 * whose level is the node's usual one until somebody sets another, for a while.
 */

import type pino from "pino";
import { type LogLevel, type LogLevelSet, USUAL } from "../contracts/platform/operations";
import { propertyOf } from "../domain/unknown";

interface Bindings {
	readonly nodeID?: string;
	readonly ns?: string;
	readonly mod?: string;
	readonly svc?: string;
}

interface Wanted {
	/** Every logger without one. */
	readonly logger?: string | undefined;
	readonly level: LogLevel | typeof USUAL;
	readonly ms: number;
}

interface Other {
	readonly level: LogLevel;
	/** In ms since 1970. */
	readonly until: number;
	readonly over: NodeJS.Timeout;
}

/** What stands for every logger. */
const ALL = "*";
/** As log lines name it. */
const nameOf = ({ svc, mod }: Bindings): string => (svc ?? mod ?? "").toLowerCase();

export class LogLevels {
	private readonly loggers = new Map<string, pino.Logger[]>();
	private readonly others = new Map<string, Other>();
	private auditor: pino.Logger | undefined;

	constructor(readonly usual: string) {}

	/** @param root what it comes from */
	add(root: pino.Logger, bindings: Bindings): pino.Logger {
		const { nodeID, ns } = bindings;
		this.auditor ??= root.child({ nodeID, ns, mod: "log-levels" }, { level: "info" });
		const name = nameOf(bindings);
		const logger = root.child(bindings);
		this.loggers.set(name, [...(this.loggers.get(name) ?? []), logger]);
		logger.level = this.levelOf(name);
		return logger;
	}

	/** Stands in the log whatever is left out of it. */
	audit(sentence: string): void {
		this.auditor?.info(sentence);
	}

	/** Those that there are, in their order. */
	get names(): string[] {
		return [...this.loggers.keys()].sort();
	}

	/** What is set and is not over. */
	get set(): LogLevelSet[] {
		return [...this.others].map(([name, { level, until }]) => ({
			logger: name === ALL ? null : name,
			level,
			until: new Date(until).toISOString()
		}));
	}

	/** Another level from now on, until the time is over. For every logger: those set before have it, too. */
	change({ logger, level, ms }: Wanted, over: () => void = () => undefined): void {
		const name = logger?.toLowerCase() ?? ALL;
		for (const each of name === ALL ? [...this.others.keys()] : [name]) this.forget(each);
		if (level !== USUAL) {
			const end = setTimeout(() => {
				this.forget(name);
				this.apply();
				over();
			}, ms).unref();
			this.others.set(name, { level, until: Date.now() + ms, over: end });
		}
		this.apply();
	}

	private forget(name: string): void {
		clearTimeout(this.others.get(name)?.over);
		this.others.delete(name);
	}

	private apply(): void {
		for (const [name, loggers] of this.loggers) for (const logger of loggers) logger.level = this.levelOf(name);
	}

	private levelOf(name: string): string {
		return (this.others.get(name) ?? this.others.get(ALL))?.level ?? this.usual;
	}
}

type Maker = (level: string, bindings: Bindings) => pino.Logger;
const BY_MAKER = new WeakMap<object, LogLevels>();

/** What Moleculer asks for a logger. */
export function makerOf(root: () => pino.Logger, usual: string): Maker {
	const levels = new LogLevels(usual);
	const maker: Maker = (_level, bindings) => levels.add(root(), bindings);
	BY_MAKER.set(maker, levels);
	return maker;
}

/** Of a node; undefined where it logs by another logger than ours. */
export function logLevelsOf(broker: object): LogLevels | undefined {
	const appenders = propertyOf(propertyOf(broker, "loggerFactory"), "appenders");
	const maker = propertyOf(propertyOf(propertyOf(appenders, "0"), "opts"), "createLogger");
	return typeof maker === "function" ? BY_MAKER.get(maker) : undefined;
}
