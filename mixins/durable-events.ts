/** Durable events as the contracts state them: made of what a service announces, and read as it is told of them. */

import Validator from "fastest-validator";
import { type Entry, entryOf } from "../adapters/announcements";
import { behalfNow } from "../cluster/behalf";
import { correlationId } from "../cluster/logging";
import { placeNow } from "../cluster/tracing";
import { CONTRACTS } from "../contracts/cluster";
import type { DurableSpec, EventSpec } from "../contracts/contract";
import type { Json } from "../contracts/json";
import { strict } from "../contracts/schema";

interface Known extends DurableSpec {
	/** Of the payload that is announced now. */
	readonly v: number;
	/** Says where it is not as its contract has it. */
	readonly fault: (payload: object) => string | undefined;
}

const isDurable = (spec: EventSpec): spec is DurableSpec => spec.durable !== undefined;

const KNOWN: ReadonlyMap<string, Known> = new Map(
	CONTRACTS.flatMap(({ events }) => Object.values<EventSpec>(events))
		.filter(isDurable)
		.map(spec => [spec.name, { ...spec, v: (spec.durable.upcasters?.length ?? 0) + 1, fault: faultOf(spec) }])
);

export const isDurableEvent = (event: string): boolean => KNOWN.has(event);

/** A large one would not fit in a message, and nothing behind it in its outbox would ever leave. */
const MOST_BYTES = 256_000;

/** @param id by which it is announced once, however often that is asked for */
export function durableEntry(event: string, payload: object, id?: string): Entry {
	const { durable, v, fault } = known(event);
	const said = fault(payload);
	if (said !== undefined) throw new TypeError(`'${event}' is not announced: ${said}.`);
	if (Buffer.byteLength(JSON.stringify(payload)) > MOST_BYTES)
		throw new RangeError(
			`'${event}' is not announced: it has more than ${MOST_BYTES} bytes. Announce where to look instead.`
		);
	const key = String(Reflect.get(payload, durable.key));
	return entryOf({ event, v, key, payload, ...(id !== undefined && { id }), ...causeNow() });
}

/** What it is announced for: kept with it, and told to whoever listens. */
function causeNow(): Pick<Entry, "correlationId" | "traceparent" | "behalf"> {
	const [cause, place, behalf] = [correlationId(), placeNow(), behalfNow()];
	return {
		...(cause && { correlationId: cause }),
		...(place && { traceparent: place.traceparent }),
		...(behalf && { behalf })
	};
}

/** Its payload as this release has it. @throws where a newer one announced it */
export function payloadNow({ event, v, payload }: Pick<Entry, "event" | "v" | "payload">): object {
	const { durable, v: now } = known(event);
	if (v > now)
		throw new Error(
			`It has version ${v}, which a newer Banyan announced, and this node knows ${now}: upgrade it, then replay.`
		);
	return (durable.upcasters ?? []).slice(v - 1).reduce((raised, upcast) => upcast(raised), payload as Json);
}

function known(event: string): Known {
	const found = KNOWN.get(event);
	if (!found) throw new Error(`No contract says that '${event}' is durable.`);
	return found;
}

/** Compiled when it is first met. */
function faultOf({ payload: schema }: EventSpec): Known["fault"] {
	let check: ReturnType<Validator["compile"]> | undefined;
	return payload => {
		check ??= new Validator({ considerNullAsAValue: true }).compile(strict(schema));
		const faults = check(structuredClone(payload));
		if (!Array.isArray(faults)) return undefined;
		const [first] = faults;
		// Without the value: it may be secret.
		return `its ${first?.field ?? "payload"} is not as the contract says (${first?.type})`;
	};
}
