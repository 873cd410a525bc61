/** Pino as every node uses it: JSON lines, with the correlation id, without secrets. */

import { AsyncLocalStorage } from "node:async_hooks";
import type { LoggerConfig } from "moleculer";
import pino from "pino";
import { harmless } from "../domain/text/json";
import { mask } from "../domain/text/masking";
import { terminal } from "./readable";

/** What is being done now, across awaits; each log line carries it. */
const work = new AsyncLocalStorage<{ correlationId: string }>();

export const correlated = <T>(correlationId: string, job: () => T): T => work.run({ correlationId }, job);
export const correlationId = (): string | undefined => work.getStore()?.correlationId;

/** Moleculer's logger option. @param destination a file, 1 for standard output, or the terminal that it is */
export function pinoLogger(level: string, destination: string | number | NodeJS.WriteStream): LoggerConfig {
	const options: pino.LoggerOptions = {
		level,
		base: null,
		timestamp: pino.stdTimeFunctions.isoTime,
		formatters: { level: label => ({ level: label }) },
		mixin: () => work.getStore() ?? {},
		hooks: {
			logMethod(args, method) {
				method.apply(this, args.map(arg => mask(arg)) as typeof args);
			}
		}
	};
	return {
		type: "Pino",
		options: {
			level,
			pino: {
				options,
				destination: typeof destination === "object" ? terminal(destination) : jsonLines(destination)
			}
		}
	};
}

/** Whoever looks at a log in a terminal sees it, and is not steered by it. */
function jsonLines(dest: string | number): pino.DestinationStream {
	const lines = pino.destination({ dest, mkdir: true, sync: true, mode: 0o600 });
	const write = lines.write.bind(lines);
	lines.write = line => write(harmless(line));
	return lines;
}
