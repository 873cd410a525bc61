/**
 * A collector that takes traces by OTLP over HTTP and believes nothing: each message is decoded by the protocol's own
 * schema (as the OpenTelemetry project publishes it; scripts/checkers.sh installs it), and must be that, to the last byte.
 */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Reader, Root, Type } from "protobufjs";
import "protobufjs/ext/descriptor";

const SCHEMA = join(__dirname, "..", "..", ".cache", "checkers", "otlp.pb");
const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;

export interface SeenSpan {
	readonly traceId: string;
	readonly spanId: string;
	/** Empty where it begins its trace, as far as this collector is told. */
	readonly parentSpanId: string;
	readonly name: string;
	readonly kind: (typeof KINDS)[number];
	/** In ms since 1970. */
	readonly start: number;
	readonly end: number;
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
	readonly isError: boolean;
	readonly state: string;
	/** Of the node that said it. */
	readonly resource: Readonly<Record<string, unknown>>;
}

export interface Collector extends AsyncDisposable {
	readonly url: string;
	readonly spans: readonly SeenSpan[];
	/** What was not as the protocol has it. */
	readonly faults: readonly string[];
	readonly headers: readonly IncomingHttpHeaders[];
	/** All that was sent, as text: to look for what must not be in it. */
	text(): string;
	/** From now on: answers with this, or nothing at all. */
	be(how: number | "silent"): void;
}

function requestType(): Type {
	const root = Root.fromDescriptor(readFileSync(SCHEMA)).resolveAll();
	return root.lookupType("opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest");
}

export async function startCollector(): Promise<Collector> {
	const spans: SeenSpan[] = [];
	const faults: string[] = [];
	const headers: IncomingHttpHeaders[] = [];
	const sent: Buffer[] = [];
	let how: number | "silent" = 200;
	const take = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
		const body = await bodyOf(req);
		headers.push(req.headers);
		if (how === "silent") return;
		if (how === 200) {
			sent.push(body);
			spans.push(...taken(req, body, faults));
		}
		res.writeHead(how, { "content-type": TYPE }).end();
	};
	const server = createServer((req, res) => void take(req, res));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		spans,
		faults,
		headers,
		text: () => sent.map(each => each.toString("latin1")).join("\n"),
		be: next => {
			how = next;
		},
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		}
	};
}

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of req) chunks.push(chunk);
	return Buffer.concat(chunks);
}

const TYPE = "application/x-protobuf";
let known: Type | undefined;

function taken(req: IncomingMessage, body: Buffer, faults: string[]): SeenSpan[] {
	known ??= requestType();
	const asked = `${req.method} ${req.url} ${req.headers["content-type"]}`;
	if (asked !== `POST /v1/traces ${TYPE}`) faults.push(`it is asked ${asked}`);
	try {
		return spansIn(known, body, faults);
	} catch (error) {
		faults.push((error as Error).message);
		return [];
	}
}

const EMBEDDED = 2;

/** Fields that the schema does not have. */
function unknownIn(type: Type, bytes: Uint8Array, faults: string[]): void {
	const reader = Reader.create(bytes);
	while (reader.pos < reader.len) {
		const tag = reader.uint32();
		const field = type.fieldsById[tag >>> 3]?.resolve();
		if (!field) faults.push(`${type.name} has no field ${tag >>> 3}`);
		if (field?.resolvedType instanceof Type && (tag & 7) === EMBEDDED)
			unknownIn(field.resolvedType, reader.bytes(), faults);
		else reader.skipType(tag & 7);
	}
}

interface Wire {
	readonly resourceSpans: readonly {
		readonly resource: { readonly attributes: readonly WireAttribute[] };
		readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly WireSpan[] }[];
	}[];
}
interface WireAttribute {
	readonly key: string;
	readonly value: Readonly<Record<string, unknown>>;
}
interface WireSpan {
	readonly traceId: Uint8Array;
	readonly spanId: Uint8Array;
	readonly parentSpanId?: Uint8Array;
	readonly traceState?: string;
	readonly flags?: number;
	readonly name: string;
	readonly kind: number;
	readonly startTimeUnixNano: unknown;
	readonly endTimeUnixNano: unknown;
	readonly attributes?: readonly WireAttribute[];
	readonly links?: readonly { readonly traceId: Uint8Array; readonly spanId: Uint8Array }[];
	readonly status?: { readonly code?: number; readonly message?: string };
}

function spansIn(type: Type, body: Buffer, faults: string[]): SeenSpan[] {
	const message = type.decode(body);
	const said = type.verify(message);
	if (said) faults.push(said);
	// What the schema does not know is lost by decoding it.
	unknownIn(type, body, faults);
	const wire = type.toObject(message, { longs: String, arrays: true }) as Wire;
	return wire.resourceSpans.flatMap(({ resource, scopeSpans }) =>
		scopeSpans.flatMap(({ scope, spans }) => {
			if (!scope.name) faults.push("a scope without a name");
			return spans.map(span => seen(span, tableOf(resource.attributes, faults), faults));
		})
	);
}

/** What a span must be beyond its schema, by the protocol's own words. */
const RULES: Readonly<Record<string, (span: WireSpan) => boolean>> = {
	"a trace id of 16 bytes, not all zero": ({ traceId }) => traceId.length === 16 && traceId.some(Boolean),
	"a span id of 8 bytes, not all zero": ({ spanId }) => spanId.length === 8 && spanId.some(Boolean),
	"a parent of 8 bytes, or none": ({ parentSpanId }) => [0, 8].includes(parentSpanId?.length ?? 0),
	"a name": ({ name }) => name !== "",
	"a kind": ({ kind }) => kind > 0 && KINDS[kind] !== undefined,
	"the flag that it is sampled": ({ flags = 0 }) => (flags & 1) === 1,
	"an end behind its beginning": span => nanos(span.endTimeUnixNano) >= nanos(span.startTimeUnixNano),
	"times of now": span => Math.abs(Number(nanos(span.endTimeUnixNano)) / 1e6 - Date.now()) < 3_600_000,
	"no message in its status": ({ status }) => !status?.message
};

function seen(span: WireSpan, resource: SeenSpan["resource"], faults: string[]): SeenSpan {
	for (const [what, holds] of Object.entries(RULES)) if (!holds(span)) faults.push(`'${span.name}' has not ${what}`);
	const { traceId, spanId, parentSpanId = NONE, name, kind, attributes = [], links = [], traceState = "" } = span;
	return {
		traceId: hex(traceId),
		spanId: hex(spanId),
		parentSpanId: hex(parentSpanId),
		name,
		kind: KINDS[kind] ?? "unspecified",
		start: Number(nanos(span.startTimeUnixNano) / 1000n) / 1e3,
		end: Number(nanos(span.endTimeUnixNano) / 1000n) / 1e3,
		attributes: tableOf(attributes, faults),
		links: links.map(link => ({ traceId: hex(link.traceId), spanId: hex(link.spanId) })),
		isError: span.status?.code === 2,
		state: traceState,
		resource
	};
}

const NONE = new Uint8Array();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const nanos = (text: unknown): bigint => BigInt(String(text ?? 0));

function tableOf(attributes: readonly WireAttribute[], faults: string[]): Record<string, unknown> {
	const table: Record<string, unknown> = {};
	for (const { key, value } of attributes) {
		if (!/^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+$/.test(key)) faults.push(`an attribute '${key}'`);
		if (key in table) faults.push(`'${key}' twice`);
		const [said] = Object.values(value);
		table[key] = said;
	}
	return table;
}

/** The spans of a trace as a tree, in the order in which they began; equal ones next to each other are one line. */
export function treeOf(spans: readonly SeenSpan[], traceId: string): string {
	const all = spans.filter(span => span.traceId === traceId).sort((one, other) => one.start - other.start);
	const ids = new Set(all.map(({ spanId }) => spanId));
	const linesUnder = (parents: readonly SeenSpan[], depth: number): string[] =>
		together(parents).flatMap(({ span, same }) => [
			`${"  ".repeat(depth)}${span.resource["service.name"]}: ${span.name} (${span.kind})${same.length > 1 ? ` × ${same.length}` : ""}`,
			...linesUnder(
				all.filter(({ parentSpanId }) => same.some(({ spanId }) => spanId === parentSpanId)),
				depth + 1
			)
		]);
	return linesUnder(
		all.filter(({ parentSpanId }) => !ids.has(parentSpanId)),
		0
	).join("\n");
}

function together(spans: readonly SeenSpan[]): { span: SeenSpan; same: SeenSpan[] }[] {
	const groups: { span: SeenSpan; same: SeenSpan[] }[] = [];
	for (const span of spans) {
		const key = (each: SeenSpan) => [each.name, each.kind, each.resource["service.name"]].join();
		const last = groups.find(group => key(group.span) === key(span));
		if (last) last.same.push(span);
		else groups.push({ span, same: [span] });
	}
	return groups;
}
