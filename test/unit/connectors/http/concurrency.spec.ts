import { Concurrency, type Control, control, startControl, type Window } from "../../../../connectors/http/concurrency";

/** What a panel does at a level: throughput per second and latency. */
type Panel = (level: number) => { throughput: number; latencyMs: number; errors?: number };

/** The recorded one: 9 ms a create, one at a time, and worse when pressed. */
const serial: Panel = level => ({ throughput: 105 - 2.5 * (level - 1), latencyMs: level * 9.5 });
const parallel: Panel = level => ({ throughput: 100 * level, latencyMs: 10 });
const collapsing: Panel = level => ({
	throughput: level > 4 ? 10 : 100 * level,
	latencyMs: 10,
	errors: level > 4 ? 9 : 0
});

const windowAt = (panel: Panel, level: number, noise = 1): Window => {
	const { throughput, latencyMs, errors = 0 } = panel(level);
	return { done: 30, errors, elapsedMs: (30 / (throughput * noise)) * 1000, latencyMs, full: true };
};

function run(
	panel: Panel,
	windows: number,
	state: Control = startControl(8),
	noise: () => number = () => 1
): Control[] {
	const states = [state];
	for (let i = 0; i < windows; i++) {
		const last = states.at(-1) as Control;
		states.push(control(last, windowAt(panel, last.limit, noise())));
	}
	return states;
}

const share = (states: readonly Control[], holds: (limit: number) => boolean) =>
	states.filter(({ limit }) => holds(limit)).length / states.length;

describe("how many writes at once", () => {
	test("a panel that works off one at a time is left at one, and tried ever more rarely", () => {
		const states = run(serial, 300);
		expect(Math.max(...states.map(({ limit }) => limit))).toBe(2);
		expect(share(states.slice(20), limit => limit === 1)).toBeGreaterThan(0.9);
	});

	test("a panel that truly works side by side is climbed to the ceiling", () => {
		const states = run(parallel, 20);
		expect(states.at(-1)).toMatchObject({ limit: 8, reason: "ceiling" });
		expect(states.slice(8).every(({ limit }) => limit === 8)).toBe(true);
	});

	test("noise of a tenth does not drive the serial panel up", () => {
		let seed = 1;
		const noise = () => {
			seed = (seed * 16_807) % 2_147_483_647;
			return 0.9 + (seed / 2_147_483_647) * 0.2;
		};
		const states = run(serial, 500, startControl(8), noise);
		expect(share(states.slice(20), limit => limit <= 2)).toBe(1);
	});

	test("errors halve it, and it is not tried higher for a while", () => {
		const states = run(collapsing, 200);
		const pressed = states.findIndex(({ reason }) => reason === "errors");
		expect(states[pressed]?.limit).toBe(2);
		expect(states[pressed + 8]?.limit).toBe(2);
		expect(share(states, limit => limit > 4)).toBeLessThan(0.15);
	});

	test.each([
		["one of a few", 1, 12],
		["two of a few", 2, 12],
		["three of many", 3, 48]
	])("%s records that failed say nothing of the panel", (_name, errors, done) => {
		const [settled] = run(parallel, 20).slice(-1) as [Control];
		expect(control(settled, { ...windowAt(parallel, 8), errors, done }).limit).toBe(8);
	});

	test("a panel that slows down is given less", () => {
		const [settled] = run(parallel, 20).slice(-1) as [Control];
		const slow: Panel = () => ({ throughput: 200, latencyMs: 60 });
		expect(control(settled, windowAt(slow, 8))).toMatchObject({ limit: 4, reason: "slower" });
	});

	test("a window that never filled the limit says nothing", () => {
		const idle: Window = { done: 30, errors: 0, elapsedMs: 1000, latencyMs: 9, full: false };
		expect(control(startControl(8), idle).limit).toBe(1);
	});
});

describe("the limiter", () => {
	test("never lets more run than the limit, and finishes all", async () => {
		let [running, most] = [0, 0];
		const limiter = new Concurrency(4);
		const task = async () => {
			running += 1;
			most = Math.max(most, running);
			await new Promise(resolve => setTimeout(resolve, 1));
			running -= 1;
		};
		await Promise.all(Array.from({ length: 300 }, () => limiter.run(task)));
		expect(most).toBeLessThanOrEqual(4);
		expect(most).toBeGreaterThan(1);
		expect(limiter.stats).toMatchObject({ running: 0, waiting: 0 });
	});

	test("tasks that throw are their own, whatever their number; only what is told of the system counts", async () => {
		const limiter = new Concurrency(4);
		const failing = () => limiter.run(() => Promise.reject(new Error("no"))).catch(() => undefined);
		await Promise.all(Array.from({ length: 100 }, failing));
		expect(limiter.stats.reason).not.toBe("errors");
		const overloaded = () => limiter.run(async () => limiter.failed());
		await Promise.all(Array.from({ length: 100 }, overloaded));
		expect(limiter.stats).toMatchObject({ limit: 1, reason: "errors" });
	});

	test("a task that throws gives its place back", async () => {
		const limiter = new Concurrency(1);
		const failing = () => limiter.run(() => Promise.reject(new Error("no")));
		await expect(failing()).rejects.toThrow("no");
		await expect(failing()).rejects.toThrow("no");
		expect(limiter.stats.running).toBe(0);
	});
});
