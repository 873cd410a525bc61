/** Any tale of announcements, deaths, freezes and changes of nodes: each effect once, each key in its order. */

import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { EventStore } from "../../adapters/eventstore";
import { announce, Node, noted, Service } from "../support/deliveries";
import { until } from "../support/until";

const IDS = ["n1", "n2", "n3"] as const;
const KEYS = ["a", "b", "c", "d"] as const;

const id = fc.constantFrom(...IDS);
const step = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ kind: fc.constant("announce"), key: fc.constantFrom(...KEYS) }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("start"), id }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("kill"), id }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("stop"), id }) },
	/** A node that knows of others than there are: both take the same part. */
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("believe"), id, others: fc.subarray([...IDS]) }) },
	/** The next effect takes until something wakes it, whatever becomes of its node meanwhile. */
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("freeze") }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("wake") }) },
	/** The next one fails, before its effect or after it. */
	{ weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("fail", "lose") }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("wait"), ms: fc.integer({ min: 0, max: 15 }) }) }
) as fc.Arbitrary<Step>;

interface Step {
	readonly kind: "announce" | "start" | "kill" | "stop" | "believe" | "freeze" | "wake" | "fail" | "lose" | "wait";
	readonly id?: string;
	readonly key?: string;
	readonly others?: readonly string[];
	readonly ms?: number;
}

class Tale implements AsyncDisposable {
	readonly announced = new Map<string, number>();
	private readonly running = new Map<string, Node>();
	private readonly all: Node[] = [];
	private frozen: PromiseWithResolvers<void> | undefined;
	private isFreezing = false;
	private failing: ("fail" | "lose")[] = [];

	constructor(
		private readonly store: EventStore,
		readonly service: Service
	) {
		service.before = async () => {
			if (this.isFreezing) {
				this.isFreezing = false;
				this.frozen ??= Promise.withResolvers();
				await this.frozen.promise;
			}
			if (this.failing[0] === "fail") throw new Error(this.failing.shift());
		};
		service.after = () => {
			if (this.failing[0] === "lose") throw new Error(this.failing.shift());
		};
	}

	async tell(step: Step): Promise<void> {
		await this.steps[step.kind](step);
	}

	private readonly steps: Record<Step["kind"], (step: Step) => void | Promise<void>> = {
		announce: async ({ key = "" }) => {
			const n = (this.announced.get(key) ?? 0) + 1;
			this.announced.set(key, n);
			await announce(this.store, noted(key, n));
		},
		start: async ({ id = "" }) => {
			if (this.running.has(id)) return;
			const node = new Node(this.store, id, [this.service], { tries: 1_000, firstMs: 1, longestMs: 40 });
			this.running.set(id, node);
			this.all.push(node);
			await this.settle();
		},
		kill: async ({ id = "" }) => {
			this.running.get(id)?.kill();
			this.running.delete(id);
			await this.settle();
		},
		stop: async ({ id = "" }) => {
			const node = this.running.get(id);
			this.running.delete(id);
			await node?.stop();
			await this.settle();
		},
		believe: async ({ id = "", others = [] }) => {
			await this.running.get(id)?.with(...others);
		},
		freeze: () => {
			this.isFreezing = true;
		},
		wake: () => this.wake(),
		fail: () => void this.failing.push("fail"),
		lose: () => void this.failing.push("lose"),
		wait: ({ ms = 0 }) => sleep(ms)
	};

	/** All nodes know of each other. */
	private async settle(): Promise<void> {
		for (const node of this.running.values()) await node.with(...this.running.keys());
	}

	private wake(): void {
		this.frozen?.resolve();
		this.frozen = undefined;
	}

	/** The faults are over, one node at least runs, and all know of each other. */
	async end(): Promise<void> {
		this.isFreezing = false;
		this.failing = [];
		this.wake();
		await this.tell({ kind: "start", id: "n1" });
		await this.settle();
		for (const [key, n] of this.announced)
			await until(async () => (await this.service.done(key)) >= n, `all ${n} of '${key}'`);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.wake();
		for (const node of this.all) await node.stop().catch(() => undefined);
	}
}

export function crashes(open: () => EventStore | Promise<EventStore>, runs: number): void {
	it("any tale of deaths, freezes and changes of nodes: each effect once, each key in its order", async () => {
		let told = 0;
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async steps => {
				const store = await open();
				await using service = await Service.open(`tale${told++}`);
				await using tale = new Tale(store, service);
				// It listens before the first one is announced.
				await tale.tell({ kind: "start", id: "n1" });
				for (const each of steps) await tale.tell(each);
				await tale.end();
				await tale[Symbol.asyncDispose]();
				const wanted = [...tale.announced].map(([key, n]) => [key, Array.from({ length: n }, (_, i) => i + 1)]);
				expect(await service.effects()).toEqual(Object.fromEntries(wanted));
				await store.close();
			}),
			{ numRuns: runs }
		);
	});
}
