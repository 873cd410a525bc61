/**
 * Stores as spans: of what is asked, the verb, the kind of store and what it keeps, by OpenTelemetry's conventions for
 * databases; no key, no value, no name of a record.
 */

import type { CollectionAdapter } from "../adapters/collection";
import type { EventStore } from "../adapters/eventstore";
import type { LinkStore } from "../adapters/linkstore";
import type { SharedRedis } from "../cluster/redis";
import type { Span, What } from "../cluster/span";
import { currentSpan, inSpan, kindOfError, tracerOf } from "../cluster/tracing";
import { propertyOf } from "../domain/unknown";

type System = "sqlite" | "mongodb" | "redis" | "nats.jetstream";

const asked = (system: System, operation: string, collection: string): What => ({
	name: `${operation} ${collection}`,
	kind: "client",
	attributes: {
		"db.system.name": system,
		"db.operation.name": operation,
		"db.collection.name": collection
	}
});

type Method = (...args: never[]) => unknown;
type MethodsOf<T> = { [K in keyof T]: T[K] extends Method ? K : never }[keyof T];

/** The same store; each of these methods is a span of its own, where the node traces. */
function spanning<T extends object>(
	broker: object,
	store: T,
	methods: Partial<Record<MethodsOf<T> & string, (args: readonly unknown[]) => What>>
): T {
	if (!tracerOf(broker)) return store;
	for (const [name, what] of Object.entries<((args: readonly unknown[]) => What) | undefined>(methods)) {
		const plain: unknown = propertyOf(store, name);
		if (typeof plain !== "function" || !what) continue;
		const spanned = (...args: unknown[]): unknown => {
			// What is asked for nobody's trace is not even named.
			if (!currentSpan()?.isSampled) return plain.apply(store, args);
			const answer = (): unknown => plain.apply(store, args);
			return isListing(name) ? listed(what(args), answer) : inSpan(what(args), async () => answer());
		};
		Object.defineProperty(store, name, { value: spanned, configurable: true, writable: true });
	}
	return store;
}

const isListing = (name: string): boolean => name === "read";

/** From the first event that is asked for to the last one. */
async function* listed(what: What, read: () => unknown): AsyncGenerator<unknown> {
	const span: Span | undefined = currentSpan()?.child(what);
	let count = 0;
	try {
		for await (const each of read() as AsyncIterable<unknown>) {
			count++;
			yield each;
		}
	} catch (error) {
		span?.fail(kindOfError(error));
		throw error;
	} finally {
		span?.set({ "db.response.returned_rows": count });
		span?.end();
	}
}

/** The first word of a stream's name: what kind it is. */
const kindOf = (stream: unknown): string => String(stream).split("/", 1)[0] ?? "";

const systemOf = (isShared: boolean, shared: System): System => (isShared ? shared : "sqlite");

export function tracedEvents(broker: object, store: EventStore, isShared: boolean): EventStore {
	const system = systemOf(isShared, "nats.jetstream");
	const of =
		(operation: string) =>
		([stream]: readonly unknown[]): What =>
			asked(system, operation, kindOf(stream));
	return spanning(broker, store, { append: of("append"), read: of("read"), version: of("version"), last: of("last") });
}

export function tracedCollection<A extends CollectionAdapter>(
	broker: object,
	adapter: A,
	name: string,
	isShared: boolean
): A {
	const of = (operation: string) => (): What => asked(systemOf(isShared, "mongodb"), operation, name);
	// In MongoDB one is found as several are.
	const methods = {
		find: of("find"),
		count: of("count"),
		write: of("write"),
		...(!isShared && { findById: of("find") })
	};
	return spanning<CollectionAdapter>(broker, adapter, methods) as A;
}

export function tracedLinks(broker: object, links: LinkStore, isShared: boolean): LinkStore {
	const of = (operation: string) => (): What => asked(systemOf(isShared, "mongodb"), operation, "links");
	return spanning(broker, links, { put: of("put"), find: of("find"), of: of("find"), count: of("count") });
}

export function tracedRedis(broker: object, redis: SharedRedis): SharedRedis {
	const of = (operation: string, collection: string) => (): What => asked("redis", operation, collection);
	const { count } = redis;
	spanning(broker, redis.answers, {
		get: of("get", "answers"),
		set: of("set", "answers"),
		clear: of("clear", "answers")
	});
	return Object.assign(redis, {
		count: (rules: Parameters<typeof count>[0]) => spanning(broker, count(rules), { attempt: of("count", "attempts") })
	});
}
