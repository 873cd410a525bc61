/** Row 14: each medium's escaping holds for whatever anybody wrote, and leaves what is harmless as it is. */

import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { csvRecord } from "../../../../domain/text/csv";
import { html, prose } from "../../../../domain/text/html";
import { harmless, jsonText, scriptJson } from "../../../../domain/text/json";
import { helpText, labelValue } from "../../../../domain/text/label";
import { commandLine } from "../../../../domain/text/shell";
import { isVisible, shown, visible, visibleLines } from "../../../../domain/text/visible";
import { anyCharacter } from "../../../support/any-character";
import { CORPUS, HARMLESS, steeringIn } from "../../../support/hostile";

/** Anything at all, and the worst that is known. */
const anyText = fc.oneof(fc.string({ unit: anyCharacter, maxLength: 60 }), fc.constantFrom(...CORPUS.slice(0, -1)));
const holds = (property: (text: string) => void): void => {
	for (const text of CORPUS) property(text);
	fc.assert(fc.property(anyText, property), { numRuns: 300 });
};

it("a line is one line, and steers nothing", () => {
	holds(text => {
		expect(steeringIn(visible(text), "")).toEqual([]);
		expect(steeringIn(visibleLines(text))).toEqual([]);
		expect(shown(text).length).toBeLessThan(20_000);
		expect(visible(text).isWellFormed()).toBe(true);
	});
});

it.each(HARMLESS)("%s is shown as it is, in every medium", text => {
	expect([visible(text), visibleLines(text), shown(text), labelValue(text)]).toEqual([text, text, text, text]);
	expect(html`${text}`.text.replace("&#39;", "'")).toBe(text);
	expect(csvRecord([text], "")).toBe(text);
	expect(JSON.parse(jsonText(text))).toBe(text);
});

it("in a page it is text, as content and within quotes; only a template's own markup is markup", () => {
	holds(text => {
		const { text: page } = html`<p title="${text}">${text}${[text]}${prose(text)}${html`<b>${text}</b>`}</p>`;
		const inner = page.slice('<p title="'.length, -"</p>".length);
		expect(inner.replace(/<b>|<\/b>|<code>|<\/code>|^[^"]*">/g, "")).not.toMatch(/[<>"']/);
		expect(page.match(/"/g)).toHaveLength(2);
	});
	// A number that a server sent need not be one.
	expect(html`${"<i>" as unknown as number}${null}${undefined}`.text).toBe("&lt;i&gt;");
});

it("in JSON it reads back as it was, in a script it ends nothing", () => {
	holds(text => {
		expect(JSON.parse(jsonText({ [text]: text }))).toEqual(JSON.parse(JSON.stringify({ [text]: text })));
		expect(JSON.parse(scriptJson([text]))).toEqual(JSON.parse(JSON.stringify([text])));
		expect(steeringIn(jsonText(text), "")).toEqual([]);
		expect(scriptJson([text])).not.toMatch(/[<>&]/);
		expect(harmless(harmless(JSON.stringify(text)))).toBe(jsonText(text));
	});
});

/** As RFC 4180 has it, whatever stands in a field. */
function parsed(text: string): string[] {
	const fields = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?:,|\r\n)/g)];
	return fields.map(([, quoted, plain = ""]) => (quoted === undefined ? plain : quoted.replaceAll('""', '"')));
}

it("a cell parses back, and begins no formula", () => {
	holds(text => {
		const [first, second, third] = parsed(csvRecord([text, "between", text]));
		expect([second, third]).toEqual(["between", first]);
		expect(first).not.toMatch(/^\s*[=+\-@|%＝＋－＠]|^[\t\r\n]/);
		const cell = first?.replace(/^'/, "") ?? "";
		// But for what steers, it is what was written.
		if (isVisible(text.replace(/[\t\r\n]/g, ""))) expect([text, text.replace(/^'/, "")]).toContain(cell);
		expect(steeringIn(cell, "\t\r\n")).toEqual([]);
	});
});

it("a label and a help text stay in their line", () => {
	holds(text => {
		expect(labelValue(text).replace(/\\[\\n"]/g, "")).not.toMatch(/["\\\n]/);
		expect(steeringIn(labelValue(text), "\r")).toEqual([]);
		expect(steeringIn(helpText(text), "")).toEqual([]);
	});
});

it("a word of a command is one word of a shell's, which runs nothing", () => {
	const words = CORPUS.slice(0, -1).map(text => visible(text));
	const line = commandLine(["printf", "%s\\0", ...words]);
	expect(execFileSync("sh", ["-c", line]).toString().split("\0").slice(0, -1)).toEqual(words);
});
