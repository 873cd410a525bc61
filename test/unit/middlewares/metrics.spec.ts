/** What is measured of calls is what Moleculer's own middleware measures. */

import * as moleculer from "moleculer";
import { measureCalls } from "../../../middlewares/metrics.middleware";

const { Middlewares, ServiceBroker } = moleculer as unknown as {
	Middlewares: { Metrics: unknown; register(name: string, maker: unknown): void };
	ServiceBroker: typeof moleculer.ServiceBroker;
};
const stock = Middlewares.Metrics;

interface Sample {
	readonly labels: object;
	readonly value?: number;
	readonly count?: number;
	readonly sum?: number;
	readonly buckets?: Readonly<Record<string, number>>;
}
interface Listed {
	readonly name: string;
	readonly type: string;
	readonly unit?: string;
	readonly description?: string;
	readonly labelNames: readonly string[];
	readonly values: readonly Sample[];
}

/** A node's measures of the same calls: some that answer, some that fail, some from within another one. */
async function measuresOf(maker: unknown): Promise<Listed[]> {
	Middlewares.register("Metrics", maker);
	const broker = new ServiceBroker({ logger: false, nodeID: "one", metrics: { enabled: true, reporter: [] } });
	try {
		broker.createService({
			name: "greeter",
			actions: {
				hello: () => "hello",
				outer: (ctx: moleculer.Context) => ctx.call("greeter.hello"),
				slow: () => new Promise(resolve => setTimeout(resolve, 30)),
				refuse: () => Promise.reject(new moleculer.Errors.MoleculerError("no", 418, "TEAPOT"))
			},
			methods: {},
			async started() {
				// The same action, wrapped a second time.
				await (this.actions as { hello(): Promise<unknown> }).hello();
			}
		});
		await broker.start();
		for (const action of ["hello", "hello", "outer", "slow", "slow"]) await broker.call(`greeter.${action}`);
		for (const _ of [1, 2]) await broker.call("greeter.refuse").catch(() => undefined);
		const all = (broker.metrics as unknown as { list(options: object): Listed[] }).list({
			includes: ["moleculer.request.**"]
		});
		return structuredClone(all);
	} finally {
		await broker.stop();
	}
}

const named = (all: readonly Listed[], name: string): Listed => all.find(each => each.name === name) as Listed;
const key = ({ labels }: Sample): string => JSON.stringify(labels, Object.keys(labels).sort());
const counted = ({ values }: Listed) =>
	Object.fromEntries(values.map(sample => [key(sample), sample.count ?? sample.value]));

describe("calls are measured as Moleculer measures them", () => {
	let [theirs, ours]: [Listed[], Listed[]] = [[], []];
	beforeAll(async () => {
		theirs = await measuresOf(stock);
		measureCalls();
		ours = await measuresOf(Middlewares.Metrics);
	});

	it.each(["total", "active", "error.total", "time", "levels"])("moleculer.request.%s", name => {
		const [one, other] = [theirs, ours].map(all => named(all, `moleculer.request.${name}`)) as [Listed, Listed];
		expect(counted(other)).toEqual(counted(one));
		const form = ({ type, unit, description, labelNames }: Listed) => ({
			type,
			unit,
			description,
			labelNames: [...labelNames].sort()
		});
		expect(form(other)).toEqual(form(one));
	});

	it("a duration is in each bucket that is not below it, and in no other", () => {
		const times = named(ours, "moleculer.request.time").values.find(({ labels }) =>
			JSON.stringify(labels).includes("slow")
		) as Required<Sample>;
		expect(times.count).toBe(2);
		expect(times.sum).toBeGreaterThanOrEqual(50);
		const counts = Object.entries(times.buckets).sort(([one], [other]) => Number(one) - Number(other));
		expect(counts.slice(0, 4).map(([, count]) => count)).toEqual([0, 0, 0, 0]);
		expect(counts.at(-1)).toEqual(["10000", 2]);
		expect(counts.map(([, count]) => count)).toEqual(counts.map(([, count]) => count).sort());
	});
});
