/** Text in columns: nothing is wider than the window, and nothing is lost but what an ellipsis stands for. */

import fc from "fast-check";
import { PLAIN } from "../../../cli/terminal/paper";
import { table } from "../../../cli/terminal/table";
import { cut, widthOf, wrap } from "../../../cli/terminal/width";
import { ago, command, duration } from "../../../cli/text/words";
import { visibleLines } from "../../../domain/text/visible";
import { anyCharacter } from "../../support/any-character";

const anyText = fc.string({ unit: fc.constantFrom("a", "é", "中", "🙂", " ", "·"), maxLength: 200 });

it("a cut line is not wider than asked, and is the line itself where it fits", () => {
	fc.assert(
		fc.property(anyText, fc.integer({ min: 1, max: 90 }), (text, most) => {
			const short = cut(text, most);
			expect(widthOf(short)).toBeLessThanOrEqual(most);
			expect(widthOf(text) <= most ? short === text : short.endsWith("…")).toBe(true);
		})
	);
});

it("wrapped text has all its words in order, and only a single word may be wider", () => {
	fc.assert(
		fc.property(anyText, fc.integer({ min: 10, max: 90 }), (text, width) => {
			const lines = wrap(text, width, "    ");
			expect(lines.join(" ").split(" ").filter(Boolean)).toEqual(text.split(" ").filter(Boolean));
			for (const line of lines) if (widthOf(line) > width) expect(line.trim()).not.toContain(" ");
		})
	);
});

it("a table fits where one of its columns can give way", () => {
	fc.assert(
		fc.property(
			fc.array(fc.tuple(anyText, fc.nat(99_999)), { maxLength: 9 }),
			fc.integer({ min: 30, max: 120 }),
			(rows, width) => {
				const columns = [
					{ title: "name", gives: true },
					{ title: "records", right: true }
				];
				const lines = table(
					columns,
					rows.map(([name, n]) => [name, String(n)]),
					{ ...PLAIN, width }
				);
				for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
			}
		)
	);
});

it("what others wrote steers no terminal and turns no text round", () => {
	fc.assert(
		fc.property(fc.string({ unit: anyCharacter }), text => {
			// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
			expect(visibleLines(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
		})
	);
	expect(visibleLines("Zoë 王 🙂, two\nlines")).toBe("Zoë 王 🙂, two\nlines");
});

it.each([
	[0, "0 s"],
	[59.6, "1 min"],
	[200, "3 min 20 s"],
	[7500, "2 h 5 min"],
	[360_000, "4 d 4 h"]
])("%d seconds are %s", (seconds, says) => {
	expect(duration(seconds)).toBe(says);
});

it("how long ago has one unit", () => {
	const now = Date.parse("2026-11-26T12:00:00Z");
	expect(ago("2026-11-26T11:56:40Z", now)).toBe("3 min ago");
	expect(ago("2026-11-26T12:00:00Z", now)).toBe("now");
});

it("a command to type is one that a shell takes apart into the words it was made of", () => {
	expect(command(["migration", "run", "my panel.yaml"])).toBe("banyan migration run 'my panel.yaml'");
	expect(command(["migration", "run", "it's.yaml"], "http://h:1")).toBe(
		"banyan migration run 'it'\\''s.yaml' --url http://h:1"
	);
});
