/** What the HTML report says, read as text: for each end of a run, and never a secret or markup of a record. */

import { createHash } from "node:crypto";
import { htmlReport, type ReportContent } from "../../../cli/report";
import { headline, timesOf } from "../../../cli/report/summary";
import type { DifferenceLine, Status } from "../../../contracts/migration/migration";
import { VOCABULARY } from "../../../domain/migration/mappings";
import { scriptJson } from "../../../domain/text/json";
import { HOSTILE, linesOf, none, statusOf } from "../../support/report";

async function page(status: Status, changes: Partial<ReportContent> = {}): Promise<string> {
	const parts: string[] = [];
	const content = { status, lines: linesOf(500), differences: none(), server: null, words: VOCABULARY, ...changes };
	for await (const part of htmlReport(content)) parts.push(part);
	return parts.join("");
}
async function* these<T>(...all: T[]): AsyncGenerator<T> {
	yield* all;
}

const at = (hour: number): string => `2026-11-27T0${hour}:00:00.000Z`;
it.each<[string, Partial<Status>, string]>([
	["under way", { phase: "copying", completedAt: null, finishedAt: null }, "finished –"],
	["finished", { phase: "finished", completedAt: at(2), finishedAt: at(2) }, "finished 2"],
	["compared again", { phase: "finished", completedAt: at(2), finishedAt: at(3) }, "finished 2, last compared 3"],
	["being rolled back", { phase: "rolling-back", completedAt: at(2), finishedAt: null }, "finished 2"],
	["rolled back", { phase: "rolled-back", completedAt: at(2), finishedAt: at(3) }, "finished 2, rolled back 3"],
	["cancelled", { phase: "cancelled", completedAt: null, finishedAt: at(2) }, "finished –, cancelled 2"]
])("the times of a migration that is %s", (_, changed, says) => {
	const text = String(timesOf(statusOf(10, { ...changed, startedAt: at(1) })))
		.replaceAll("<br>", ", ")
		.replace(/<[^>]*>/g, "")
		.replace(/2026-11-27 0(\d):00:00 UTC/g, "$1");
	expect(text).toBe(`begun 1, ${says}`);
});

describe("the headline", () => {
	const failure = { code: "SYSTEM_FAILED", message: "The target cannot be reached (ECONNREFUSED)." };
	const started = statusOf(10, { phase: "copying", verdict: null, finishedAt: null });
	const undone = (changedSince: number): Status => ({
		...statusOf(10, { phase: "rolled-back" }),
		streams: statusOf(10).streams.map(stream => ({ ...stream, restored: 9, changedSince }))
	});
	it.each<[string, Status, number, string, RegExp]>([
		["clean", statusOf(10), 0, "Complete", /10 of 10 records accounted for; nothing needs/],
		["with things to do", statusOf(10), 1, "Complete, with things to do", /; 1 needs somebody's hand/],
		["at work", { ...started, running: true }, 0, "Under way", /10 of 10 records read so far/],
		["paused", { ...started, paused: true }, 0, "Not finished", /read so far/],
		["stopped", { ...started, failure }, 0, "Stopped", /ECONNREFUSED/],
		["cancelled", statusOf(10, { phase: "cancelled" }), 0, "Cancelled", /What is at the target, \d+ records, stays\.$/],
		["cancelled within a rollback", { ...undone(0), phase: "cancelled" }, 0, "Cancelled", /, 0 records, stays; 9 rec/],
		["being rolled back", { ...undone(0), phase: "rolling-back" }, 0, "Not finished", /9 records put back so far/],
		["rolled back", undone(0), 0, "Rolled back", /^9 records put back as before\.$/],
		["rolled back but for some", undone(2), 2, "Rolled back", /2 left, for somebody to look at/]
	])("of a migration that is %s", (_, status, hand, word, says) => {
		expect(headline(status, hand)).toMatchObject({ word, says: expect.stringMatching(says) });
	});
});

describe("the report as a file", () => {
	it("allows its own style and script by their digests, and nothing else", async () => {
		const html = await page(statusOf(500));
		const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
		const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
		const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] as string;
		const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] as string;
		expect(policy).toContain("default-src 'none'");
		expect(policy).toContain(`script-src ${digest(script)};`);
		expect(policy).toContain(`style-src ${digest(style)};`);
		expect(policy).not.toContain("unsafe");
		// Its only scripts that run: one.
		expect(html.match(/<script(?! type="application\/json")/g)).toHaveLength(1);
		expect(html).not.toMatch(/ (style|on\w+)=["']/);
	});

	it("has no markup of a record's own", async () => {
		const html = await page(statusOf(500));
		for (const text of HOSTILE.filter(each => /[<>]/.test(each))) expect(html).not.toContain(text);
		expect(scriptJson("</script><!--\u2028\u2029&")).toBe('"\\u003c/script\\u003e\\u003c!--\\u2028\\u2029\\u0026"');
	});

	it("has no secret, whatever a reason or a failure quotes", async () => {
		const secrets = ["hunter2", "cd613e30d8f16adf91b7584a2265b1f5", `$2b$12$${"a".repeat(53)}`, "eyJhbGciOi.abc"];
		const text = `http://a:${secrets[0]}@p/ /sub/ali/${secrets[1]} ${secrets[2]} Bearer ${secrets[3]}`;
		const { value: line } = await linesOf(1).next();
		const held = {
			...line,
			outcome: "quarantined",
			code: "target_refused",
			reason: `target_refused: ${text}`
		} as const;
		const lost = {
			...line,
			losses: [{ code: "renamed", field: "f", severity: "act", reason: text, meaning: "" }]
		} as const;
		const failure = { code: "SYSTEM_FAILED", message: text };
		const stopped = statusOf(1, { phase: "copying", verdict: null, failure });
		const html = await page(stopped, { lines: these(held, lost) as ReportContent["lines"] });
		expect(html).toContain("a:***@p");
		expect(secrets.filter(secret => html.includes(secret))).toEqual([]);
	});

	it("groups by what to do, sets apart what was accepted, and lists what differs", async () => {
		const given = statusOf(500);
		const verdict = { ...(given.verdict as NonNullable<Status["verdict"]>), accepted: { renamed: 71 } };
		const difference: DifferenceLine = {
			stream: "users",
			id: "7",
			name: "somebody_else",
			kind: "different",
			fields: [{ field: "note", expected: "a", actual: "b" }]
		};
		const html = await page({ ...given, verdict }, { differences: these(difference) });
		const [before, after] = html.split(`id="notices"`) as [string, string];
		expect(before).toMatch(/<article class="hand"[^>]*><h3[^>]*>44 users are disabled: they have no traffic left/);
		expect(before).toContain("1 user is not at the target as it should be");
		expect(before).toMatch(/<bdi>somebody_else<\/bdi><small><bdi dir="ltr">note<\/bdi>/);
		expect(before).not.toContain("users have a new name");
		expect(after).toMatch(/Accepted[\s\S]*users have a new name/);
	});

	it("tells of a rollback what it left, and nothing of what was lost before", async () => {
		const left: DifferenceLine = { stream: "users", id: "1", name: "kept", kind: "changed-since", fields: [] };
		const undone = statusOf(500, { phase: "rolled-back" });
		const html = await page(undone, { differences: these(left) });
		expect(html).toContain("1 user was left by the rollback");
		expect(html).not.toContain('class="notice"');
		expect(html).toContain("what was moved was put back");
	});

	it("says of what was put back that it is, and not that it is at the target", async () => {
		const given = statusOf(500, { phase: "rolled-back", verdict: null });
		const there = given.streams.reduce((sum, { outcomes }) => sum + outcomes.created, 0);
		const streams = given.streams.map(stream => ({ ...stream, restored: stream.outcomes.created - 1 }));
		const html = await page({ ...given, streams });
		expect(html).toContain(`<dt>Put back</dt><dd>${there - 1}<small>as before; 1 at the target by now`);
		expect(html).toContain(`users: ${there - 1} put back, 1 at the target, `);
		expect(html).toContain("Nothing. The target is as it was before.");
		for (const text of ["created, updated", `${there} created`, "Every record is where"])
			expect(html).not.toContain(text);
	});

	it("leads to the server's own page of codes where there is one, to the document otherwise", async () => {
		expect(await page(statusOf(500))).toContain("docs/losses.md#renamed");
		const afar = await page(statusOf(500), { server: "https://banyan.example:8000" });
		expect(afar).toContain('href="https://banyan.example:8000/docs/losses#renamed"');
	});
});
