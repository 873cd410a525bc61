/** What a program in a terminal leaves to be read. */

import type { Output } from "../../cli/terminal/screen";

/** A terminal as far as it is used: it wraps at its width, scrolls at its height, and knows five sequences; colours change nothing. */
export class Terminal implements Output {
	readonly isTTY = true;
	readonly lines: string[] = [""];
	private row = 0;
	private column = 0;

	constructor(
		public columns: number,
		public rows: number
	) {}

	write(text: string): void {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal takes
		for (const [token] of text.matchAll(/\u001b\[(\d*)([A-Z])|\u001b\[[\d;]*m|[\s\S]/gu)) this.take(token);
	}

	private take(token: string): void {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
		const [, count = "", what = ""] = /^\u001b\[([\d;]*)([A-Za-z])$/.exec(token) ?? [];
		const act = this.acts[what === "" ? `literal ${token}` : what];
		if (act) act(Number(count || 1));
		else if (what === "") this.put(token);
		else throw new Error(`This terminal does not know ${JSON.stringify(token)}.`);
	}

	private readonly acts: Readonly<Record<string, (count: number) => void>> = {
		"literal \n": () => this.down(),
		"literal \r": () => {
			this.column = 0;
		},
		A: count => {
			this.row = Math.max(this.row - count, this.lines.length - this.rows, 0);
		},
		G: count => {
			this.column = count - 1;
		},
		J: () => this.erase(true),
		K: () => this.erase(false),
		m: () => undefined
	};

	private erase(below: boolean): void {
		this.lines[this.row] = (this.lines[this.row] as string).slice(0, this.column);
		if (below) this.lines.length = this.row + 1;
	}

	private put(character: string): void {
		if (this.column === this.columns) this.down();
		const line = this.lines[this.row] as string;
		this.lines[this.row] = line.slice(0, this.column) + character + line.slice(this.column + 1);
		this.column++;
	}

	private down(): void {
		this.row++;
		this.column = 0;
		if (this.row === this.lines.length) this.lines.push("");
	}
}
