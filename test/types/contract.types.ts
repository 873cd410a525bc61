/** Compile-time tests: each `@ts-expect-error` is a mistake that the contracts must catch. */

import { Action, type Answers, type Broker, type CallOf, Event, type EventOf, service } from "../../cluster";
import { action, contract } from "../../contracts/contract";
import type { Json } from "../../contracts/json";
import { links } from "../../contracts/migration/links";
import { migration, type Status } from "../../contracts/migration/migration";
import type { Input, Output } from "../../contracts/schema";

declare const broker: Broker;
declare const ctx: CallOf<typeof migration.actions.plan>;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <T extends true>(_?: T): void => undefined;

same<Equal<Output<{ id: "uuid"; limit: "number|integer|optional" }>, { id: string; limit?: number }>>();
same<Equal<Output<{ tags: "string[]"; at: "number" }>, { tags: string[]; at: number }>>();
same<
	Equal<
		Output<{ rows: { type: "array"; items: { type: "object"; props: { n: "number" } } } }>,
		{ rows: { n: number }[] }
	>
>();
same<Equal<Output<{ either: readonly ["string", "number"] }>, { either: string | number }>>();
// A default is there for the handler, and need not be given by the caller.
same<Equal<Output<{ size: { type: "number"; default: 10 } }>, { size: number }>>();
same<Equal<Input<{ size: { type: "number"; default: 10 } }>, { size?: number }>>();
same<Equal<Input<{ size: "number|default:10" }>, { size?: number }>>();
// A nested default too.
type Nested = { page: { type: "object"; props: { size: "number|default:10"; after: "string" } } };
same<Equal<Output<Nested>, { page: { after: string; size: number } }>>();
same<Equal<Input<Nested>, { page: { after: string; size?: number } }>>();
// Null only where the rule says so.
same<Equal<Output<{ cursor: { type: "string"; nullable: true } }>, { cursor: string | null }>>();
same<Equal<Output<{ cursor: "string|nullable" }>, { cursor: string | null }>>();
same<Equal<Output<{ counts: { type: "record"; value: "number" } }>, { counts: Record<string, number> }>>();
same<Equal<Output<{ data: "object" }>, { data: Json }>>();
same<Equal<(typeof ctx)["params"], { document: string; look: boolean }>>();

export async function calls(): Promise<void> {
	const status = await broker.call("migration.start", { name: "panel" });
	same<Equal<typeof status, Status>>();
	await broker.call("migration.list");
	await ctx.broker.call("links.count", {}, { timeout: 100 });

	// @ts-expect-error no such action
	await broker.call("migration.begin", { name: "panel" });
	// @ts-expect-error params missing
	await broker.call("migration.start");
	// @ts-expect-error wrong type
	await broker.call("migration.start", { name: 7 });
	// @ts-expect-error unknown param
	await broker.call("migration.start", { name: "panel", dryRun: true });
	// @ts-expect-error null where it is not allowed
	await broker.call("migration.start", { name: null });
	// @ts-expect-error outside the enum
	await ctx.emit("migration.ended", { name: "panel", phase: "done", failure: null });
	// @ts-expect-error payload incomplete
	await ctx.emit("migration.ended", { name: "panel" });
	// @ts-expect-error no such event
	await ctx.emit("migration.done", {});
}

// @ts-expect-error an action of the contract has no method
export class Incomplete extends service() implements Answers<typeof links> {
	async record(): Promise<number> {
		throw new Error();
	}
	async find(): Promise<[]> {
		throw new Error();
	}
}

export class Wrong extends service() {
	// @ts-expect-error params of another shape
	@Action(links.actions.find)
	async find(_ctx: { params: { username: number } }): Promise<[]> {
		throw new Error();
	}

	// @ts-expect-error another result
	@Action(links.actions.count)
	async count(_ctx: CallOf<typeof links.actions.count>): Promise<string> {
		throw new Error();
	}

	// @ts-expect-error another payload
	@Event(migration.events.ended)
	async on(_ctx: { params: { nope: string } }): Promise<void> {
		return;
	}
}

export class Listening extends service() {
	@Event(migration.events.ended)
	async onEnded(ctx: EventOf<typeof migration.events.ended>): Promise<void> {
		same<Equal<(typeof ctx)["params"]["failure"], string | null>>();
	}
}

// @ts-expect-error a typo in a rule is an error where it is written
action({ summary: "It.", internal: [], params: { id: "strng|min:3" } });
// @ts-expect-error the wire is JSON: no dates
action({ summary: "It.", internal: [], params: { at: { type: "date" } } });
// @ts-expect-error an area that does not exist
contract("migrations", "x", { actions: {}, events: {} });

export class Durables extends service() {
	@Event(migration.events.ended)
	async onEnded(ctx: EventOf<typeof migration.events.ended>): Promise<void> {
		same<Equal<(typeof ctx)["delivery"]["attempt"], number>>();
	}

	@Event(migration.events.progressed)
	async onProgressed(ctx: EventOf<typeof migration.events.progressed>): Promise<void> {
		// @ts-expect-error no event but a durable one is a delivery
		await this.broker.call("links.count", { migration: ctx.delivery.id });
	}

	async tell(): Promise<void> {
		await this.broker.broadcast("migration.progressed", { name: "panel" });
		// @ts-expect-error a durable event leaves with a change
		await this.broker.emit("migration.ended", { name: "panel", phase: "finished", failure: null });
	}
}
// @ts-expect-error ordered by a field that the payload does not have
contract("migration", "x", { actions: {}, events: { made: { id: "string" } }, durable: { made: { key: "name" } } });
// @ts-expect-error an event that the contract does not have
contract("migration", "x", { actions: {}, events: { made: { id: "string" } }, durable: { gone: { key: "id" } } });
