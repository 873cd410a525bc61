/**
 * All that a command says goes through here, in whole lines. In a terminal a few lines may stand below what was said, and
 * are drawn anew in their place; whatever is said meanwhile comes above them. The cursor always rests at the beginning of
 * a line of its own, so that whoever writes next, also the terminal itself for a Ctrl-C, cuts no line.
 */

import { showing } from "../../domain/text/visible";
import { rendered } from "./marks";
import { cut, widthOf, wrapAll } from "./width";

/** A file is indented by tabs. */
const visibleFile = showing("\\t\\n");

/** A stream to write to, as Node's own are. */
export interface Output {
	readonly isTTY?: boolean;
	readonly columns?: number;
	readonly rows?: number;
	write(text: string): unknown;
}

const WIDTH_UNKNOWN = 80;
const HEIGHT_UNKNOWN = 24;

export class Screen {
	/** What stands there, as it was written. */
	#standing: readonly string[] = [];

	/** Lines can be taken back: standard error is a terminal that can do more than print. */
	#redraws: boolean;

	constructor(
		private readonly out: Output,
		private readonly err: Output
	) {
		this.#redraws = err.isTTY === true;
	}

	get redraws(): boolean {
		return this.#redraws;
	}

	/** This terminal can only print. */
	onlyPrints(): void {
		this.clear();
		this.#redraws = false;
	}

	/** Onto standard output. */
	print(text: string): void {
		this.above(this.out, text);
	}

	/** A piece of a file onto standard output, as the file has it; a terminal shows it, and is not steered by it. */
	filePart(text: string): string {
		return this.out.isTTY ? visibleFile(text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n")) : text;
	}

	/** Onto standard error. */
	say(text: string): void {
		this.above(this.err, text);
	}

	/** The same for people: in a terminal, in lines that break between words. */
	tell(text: string): void {
		this.say(this.#redraws ? wrapAll(text, this.width - 1, "  ").join("\n") : text);
	}

	/** These lines stand last from now on. Of no effect where lines cannot be taken back. */
	draw(lines: readonly string[]): void {
		if (!this.#redraws || this.#standing.length + lines.length === 0) return;
		const before = this.erasing();
		this.#standing = this.fitted(lines);
		this.err.write(before + this.#standing.map(line => `${rendered(line)}\n`).join(""));
	}

	/** They go. */
	clear(): void {
		this.draw([]);
	}

	/** An empty window. */
	wipe(): void {
		this.clear();
		if (this.#redraws) this.err.write("\u001b[2J\u001b[3J\u001b[H");
	}

	/** The columns of a line that stands. */
	get width(): number {
		return this.err.columns || WIDTH_UNKNOWN;
	}

	private above(to: Output, text: string): void {
		const standing = this.#standing;
		if (standing.length === 0) {
			// What the terminal shows for a key, such as ^C, may stand in this line.
			const fresh = this.#redraws && to.isTTY ? "\r\u001b[K" : "";
			to.write(`${fresh}${rendered(text)}\n`);
			return;
		}
		this.clear();
		to.write(`${rendered(text)}\n`);
		this.draw(standing);
	}

	/** From the cursor back to the first of the lines that stand; a window that became narrower has wrapped them. */
	private erasing(): string {
		const rows = this.#standing.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / this.width)), 0);
		return `\r${rows > 0 ? `\u001b[${Math.min(rows, this.height - 1)}A` : ""}\u001b[J`;
	}

	/** A line that is as wide as the window would wrap in some terminals; more lines than it has could not be taken back. */
	private fitted(lines: readonly string[]): string[] {
		const most = Math.max(1, this.height - 2);
		const shown = lines.length > most ? [...lines.slice(0, most - 1), `  … ${lines.length - most + 1} more`] : lines;
		return shown.map(line => (widthOf(line) < this.width ? line : cut(line, this.width - 1)));
	}

	private get height(): number {
		return this.err.rows || HEIGHT_UNKNOWN;
	}
}
