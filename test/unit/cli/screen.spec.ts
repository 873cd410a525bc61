/** For any interleaving of progress and messages, in a window of any size: lines are whole, and in order. */

import fc from "fast-check";
import { type Output, Screen } from "../../../cli/terminal/screen";
import { Terminal } from "../../support/terminal";

type Act =
	| { readonly act: "draw"; readonly lines: readonly string[] }
	| { readonly act: "say"; readonly text: string }
	| { readonly act: "print"; readonly text: string }
	| { readonly act: "key" }
	| { readonly act: "clear" };

const anyLine = fc.string({ unit: fc.constantFrom("a", "b", " ", "·", "→"), minLength: 1, maxLength: 120 });
const anyAct: fc.Arbitrary<Act> = fc.oneof(
	fc.record({ act: fc.constant("draw" as const), lines: fc.array(anyLine, { maxLength: 8 }) }),
	fc.record({ act: fc.constant("say" as const), text: anyLine }),
	fc.record({ act: fc.constant("print" as const), text: anyLine }),
	fc.constant<Act>({ act: "key" }),
	fc.constant<Act>({ act: "clear" })
);

/** As the window shows a line that is wider. */
const shown = (text: string, width: number): string[] => text.match(new RegExp(`.{1,${width}}`, "gu")) ?? [""];

/** What is to be read once `acts` are done. */
function played(acts: readonly Act[], terminal: Terminal): string[] {
	// A key alone is as much as a line of four columns takes: another is pressed once something was written.
	let pressed = false;
	const { isTTY, columns, rows } = terminal;
	const out: Output = {
		isTTY,
		columns,
		rows,
		write: text => {
			pressed = false;
			return terminal.write(text);
		}
	};
	const screen = new Screen(out, out);
	const said: string[] = [];
	const ways: { readonly [A in Act["act"]]: (act: Extract<Act, { act: A }>) => unknown } = {
		draw: ({ lines }) => screen.draw(lines),
		clear: () => screen.clear(),
		// What the terminal itself shows of a key cuts no line, and does not stay.
		key: () => {
			if (!pressed) terminal.write("^C");
			pressed = true;
		},
		say: ({ text }) => said.push(...shown(text, terminal.columns)) && screen.say(text),
		print: ({ text }) => said.push(...shown(text, terminal.columns)) && screen.print(text)
	};
	for (const each of acts) (ways[each.act] as (act: Act) => unknown)(each);
	screen.clear();
	return said;
}

it("what was said stands above, whole and in order; what is drawn stands below, once", () => {
	fc.assert(
		fc.property(
			fc.array(anyAct, { maxLength: 30 }),
			fc.integer({ min: 4, max: 100 }),
			fc.integer({ min: 4, max: 12 }),
			(acts, columns, rows) => {
				const terminal = new Terminal(columns, rows);
				expect(played(acts, terminal)).toEqual(terminal.lines.slice(0, -1));
			}
		),
		{ numRuns: 500 }
	);
});

it("a line that stands is never as wide as the window, and there are never more of them than it has rows", () => {
	fc.assert(
		fc.property(
			fc.array(anyLine, { maxLength: 30 }),
			fc.integer({ min: 1, max: 100 }),
			fc.integer({ min: 3, max: 12 }),
			(lines, columns, rows) => {
				const terminal = new Terminal(columns, rows);
				new Screen(terminal, terminal).draw(lines);
				expect(terminal.lines.length).toBeLessThanOrEqual(rows);
				for (const line of terminal.lines) expect(line.length).toBeLessThan(columns + 1);
			}
		)
	);
});

it("where nothing can be taken back, only whole lines are written", () => {
	fc.assert(
		fc.property(fc.array(anyAct, { maxLength: 30 }), acts => {
			const written: string[] = [];
			const output: Output = { write: text => written.push(text) };
			const screen = new Screen(output, output);
			for (const each of acts) {
				if (each.act === "draw") screen.draw(each.lines);
				else if (each.act === "say" || each.act === "print") screen[each.act](each.text);
			}
			const said = acts.flatMap(each => (each.act === "say" || each.act === "print" ? [`${each.text}\n`] : []));
			expect(written).toEqual(said);
		})
	);
});

it("a window that becomes narrower between two drawings keeps what was said", () => {
	const terminal = new Terminal(80, 20);
	const screen = new Screen(terminal, terminal);
	screen.say("first");
	screen.draw(["x".repeat(70), "y".repeat(70)]);
	// As terminals do that wrap anew what they hold.
	terminal.columns = 40;
	terminal.lines.splice(1, 2, "x".repeat(40), "x".repeat(30), "y".repeat(40), "y".repeat(30));
	Object.assign(terminal, { row: 5 });
	screen.draw(["z"]);
	screen.clear();
	expect(terminal.lines).toEqual(["first", ""]);
});
