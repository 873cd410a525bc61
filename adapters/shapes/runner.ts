/**
 * Shapes (JSONata) are evaluated in a process of their own: one that is past its bounds of time or memory is ended with it, and
 * whoever waits behind it gets another. A thread would not do: one text that is too large for its heap ends all of Node.
 * Nothing starts before the first shape.
 */

import { type ChildProcess, fork } from "node:child_process";
import { extname, join } from "node:path";
import type { Evaluated, ShapeFault } from "../../domain/platform/data-routes/evaluated";

/** What the process is told. */
export interface Asked {
	readonly input: string;
	readonly shapes: readonly string[];
	readonly compileOnly: boolean;
}

export interface ShapeBounds {
	/** How long the shapes of one request or answer may take. */
	readonly ms: number;
	/** The largest result, in characters of JSON. */
	readonly bytes: number;
}

interface Waiting {
	readonly asked: Asked;
	readonly done: (evaluated: readonly Evaluated[]) => void;
}

/** What a shape makes on its way. */
const MEMORY = "--max-old-space-size=96";
/** JSONata's own bounds, which end a shape without its process: calls within calls, items of a list. */
const INNER = { stack: 400, sequence: 100_000 };
const MOST_WAITING = 1_000;
/** So many lie ready for it. */
const AT_ONCE = 16;
/** A process needs a while to start, in ms. */
const START_MS = 10_000;
/** What it says once it has. */
export const READY = "ready";
/** JSONata sees to its time by itself; it is ended where it does not, after so many times its time. */
const GRACE = 2;
/** So many times larger than a result an input may be. */
const INPUT = 4;
const SILENT = ["ignore", "ignore", "ignore"] as const;
const EVALUATOR = join(__dirname, `evaluator${extname(__filename)}`);

export class Shapes {
	private evaluator: ChildProcess | undefined;
	private isReady = false;
	private waiting: Waiting[] = [];
	/** What the process was told, in its order: it is at the first. */
	private told: Waiting[] = [];
	private timer: NodeJS.Timeout | undefined;

	constructor(private readonly bounds: ShapeBounds) {}

	/** One result a shape, in their order; it never rejects. */
	evaluate(shapes: readonly string[], input: unknown): Promise<readonly Evaluated[]> {
		const text = JSON.stringify(input) ?? "null";
		if (text.length > this.bounds.bytes * INPUT) return Promise.resolve(shapes.map(() => ({ fault: TOO_MUCH })));
		return this.ask({ input: text, shapes, compileOnly: false });
	}

	/** Are they shapes at all? */
	compile(shapes: readonly string[]): Promise<readonly Evaluated[]> {
		return this.ask({ input: "", shapes, compileOnly: true });
	}

	close(): void {
		const left = [...this.told, ...this.waiting];
		[this.told, this.waiting] = [[], []];
		this.kill();
		for (const { asked, done } of left) done(all(asked, BUSY));
	}

	private ask(asked: Asked): Promise<readonly Evaluated[]> {
		if (asked.shapes.length === 0) return Promise.resolve([]);
		if (this.waiting.length >= MOST_WAITING) return Promise.resolve(all(asked, BUSY));
		return new Promise(done => {
			this.waiting.push({ asked, done });
			this.tell();
		});
	}

	private tell(): void {
		if (!this.evaluator) this.start();
		if (!this.isReady) return;
		for (let next = this.waiting[0]; next && this.told.length < AT_ONCE; next = this.waiting[0]) {
			this.waiting.shift();
			this.told.push(next);
			this.evaluator?.send(next.asked);
			if (this.told.length === 1) this.watch(this.bounds.ms * GRACE);
		}
	}

	private start(): void {
		const { ms, bytes } = this.bounds;
		const bounds = JSON.stringify({ bytes, ...INNER, timeout: ms });
		const evaluator = fork(EVALUATOR, [bounds], { execArgv: [MEMORY], env: {}, stdio: [...SILENT, "ipc"] });
		const isThis = (): boolean => evaluator === this.evaluator;
		// It keeps nobody from ending.
		evaluator.unref();
		evaluator.channel?.unref();
		evaluator.on("message", (answer: typeof READY | readonly Evaluated[]) => isThis() && this.hear(answer));
		for (const event of ["error", "exit"]) evaluator.on(event, () => isThis() && this.end(TOO_HUNGRY));
		this.evaluator = evaluator;
		this.watch(START_MS);
	}

	private hear(answer: typeof READY | readonly Evaluated[]): void {
		clearTimeout(this.timer);
		if (answer === READY) this.isReady = true;
		else this.told.shift()?.done(answer);
		if (this.told.length > 0) this.watch(this.bounds.ms * GRACE);
		this.tell();
	}

	private watch(ms: number): void {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.end(TOO_SLOW), ms);
	}

	/** The one that it was at is past its bounds; the others go on. A process that never began takes the first one with it. */
	private end(fault: ShapeFault): void {
		this.kill();
		this.waiting = [...this.told, ...this.waiting];
		this.told = [];
		const ended = this.waiting.shift();
		ended?.done(all(ended.asked, fault));
		if (this.waiting.length > 0) this.tell();
	}

	private kill(): void {
		clearTimeout(this.timer);
		this.evaluator?.kill("SIGKILL");
		this.evaluator = undefined;
		this.isReady = false;
	}
}

const all = ({ shapes }: Asked, fault: ShapeFault): Evaluated[] => shapes.map(() => ({ fault }));

const bound = (code: string, message: string): ShapeFault => ({ code, at: null, message });
const TOO_MUCH = bound("TOO_LARGE", "It is given more than it may read.");
const TOO_SLOW = bound("TOO_SLOW", "It took too long, and was ended.");
const TOO_HUNGRY = bound("TOO_HUNGRY", "It took more memory than it may, and was ended.");
const BUSY = bound("BUSY", "More requests wait for their shapes than may.");
