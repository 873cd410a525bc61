/** What a program in a terminal leaves to be read. */

import type { Output } from "../../cli/terminal/screen";

/** A terminal as far as it is used: it wraps at its width, scrolls at its height, and knows four sequences; colours change nothing. */
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
		const [, count = "", what = ""] = /^\u001b\[(\d*)([A-Z])$/.exec(token) ?? [];
		if (token === "\n") this.down();
		else if (token === "\r") this.column = 0;
		else if (what === "A") this.row = Math.max(this.row - Number(count || 1), this.lines.length - this.rows, 0);
		else if (what === "J" || what === "K") this.erase(what === "J");
		else if (token.endsWith("m") && token.length > 1) return;
		else if (what === "") this.put(token);
		else throw new Error(`This terminal does not know ${JSON.stringify(token)}.`);
	}

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
