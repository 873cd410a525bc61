/** Pino as every node uses it: JSON lines, with the correlation id, without secrets. */

import type { LoggerConfig } from "moleculer";
import pino from "pino";
import { harmless } from "../domain/text/json";
import { mask } from "../domain/text/masking";
import { makerOf } from "./log-levels";
import { terminal } from "./readable";
import { currentWork, inWork } from "./work";

export const correlated = <T>(correlationId: string, job: () => T): T =>
	inWork({ correlationId, span: currentWork()?.span }, job);
export const correlationId = (): string | undefined => currentWork()?.correlationId;

/** What each line says of the present work; the trace as OpenTelemetry names it in logs of other formats. */
function placeOfLine(): object {
	const { correlationId: id, span } = currentWork() ?? {};
	return {
		...(id !== undefined && { correlationId: id }),
		...(span && { trace_id: span.traceId, span_id: span.spanId, trace_flags: span.isSampled ? "01" : "00" })
	};
}

/** Moleculer's logger option. @param destination a file, 1 for standard output, or the terminal that it is */
export function pinoLogger(level: string, destination: string | number | NodeJS.WriteStream): LoggerConfig {
	const options: pino.LoggerOptions = {
		level,
		base: null,
		timestamp: pino.stdTimeFunctions.isoTime,
		formatters: { level: label => ({ level: label }) },
		mixin: placeOfLine,
		hooks: {
			logMethod(args, method) {
				method.apply(this, args.map(arg => mask(arg)) as typeof args);
			}
		}
	};
	const stream = typeof destination === "object" ? terminal(destination) : jsonLines(destination);
	let root: pino.Logger | undefined;
	const rootOf = (): pino.Logger => {
		root ??= pino(options, stream);
		return root;
	};
	return {
		type: "Pino",
		options: { level, createLogger: makerOf(rootOf, level), pino: { options, destination: stream } }
	};
}

/** Whoever looks at a log in a terminal sees it, and is not steered by it. */
function jsonLines(dest: string | number): pino.DestinationStream {
	const lines = pino.destination({ dest, mkdir: true, sync: true, mode: 0o600 });
	const write = lines.write.bind(lines);
	lines.write = line => write(harmless(line));
	return lines;
}
