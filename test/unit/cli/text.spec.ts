/** What is printed for people: what matters most comes last, and nothing of it is one person's. */

import fc from "fast-check";
import { PLAIN } from "../../../cli/terminal/paper";
import { widthOf } from "../../../cli/terminal/width";
import { linksNote } from "../../../cli/text/links";
import { listText } from "../../../cli/text/list";
import { planText } from "../../../cli/text/plan";
import { statusText } from "../../../cli/text/status";
import { PHASES, type Plan, type Status } from "../../../contracts/migration/migration";
import { SEVERITIES } from "../../../contracts/migration/records";
import { fact, refused, toDo, warning } from "../../../domain/migration/finding";
import { VOCABULARY } from "../../../domain/migration/mappings";
import { anyStatus, statusWith, streamWith } from "../../support/statuses";

const NOW = Date.parse("2026-11-26T13:00:00Z");
const eighty = { ...PLAIN, width: 80 };

describe("a table of migrations", () => {
	const anyName = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);
	const anyRow = fc.tuple(anyStatus, anyName, fc.boolean(), fc.boolean()).map(([status, name, running, paused]) => ({
		...status,
		name,
		running,
		paused
	}));

	it("is never wider than eighty columns, and has a line for each", () => {
		fc.assert(
			fc.property(fc.array(anyRow, { minLength: 1, maxLength: 8 }), all => {
				const lines = listText(all, eighty, NOW).split("\n");
				expect(lines).toHaveLength(all.length + 3);
				for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80);
			})
		);
	});

	it("has what is at work first, then what began last", () => {
		const at = (name: string, running: boolean, startedAt: string | null) => statusWith({ name, running, startedAt });
		const all = [
			at("never", false, null),
			at("old", false, "2026-11-01T00:00:00Z"),
			at("new", false, "2026-11-20T00:00:00Z"),
			at("busy", true, "2026-10-01T00:00:00Z")
		];
		const names = listText(all, PLAIN, NOW)
			.split("\n")
			.slice(1, 5)
			.map(line => line.split(" ")[0]);
		expect(names).toEqual(["busy", "new", "old", "never"]);
	});
});

describe("the whole story of one", () => {
	const anyCounts = fc.record(Object.fromEntries(SEVERITIES.map(severity => [severity, fc.nat(50)])));
	const anyLosses = fc.dictionary(fc.constantFrom(...Object.keys(VOCABULARY.meanings)), anyCounts, { maxKeys: 6 });
	const lossesOf = (counts: Record<string, Record<string, number>>) =>
		Object.fromEntries(
			Object.entries(counts).map(([code, severities]) => [
				code,
				{ count: 1, severity: "act" as const, severities, reason: "anna's own reason", meaning: "" }
			])
		);

	it("tells act before degraded before info, each code with where to read more, and nobody's own reason", () => {
		fc.assert(
			fc.property(anyLosses, fc.constantFrom(...PHASES), (counts, phase) => {
				const text = statusText(
					statusWith({ phase, streams: [streamWith("users", { losses: lossesOf(counts) })] }),
					eighty
				);
				const places = ["Needs your hand", "Somebody may notice", "Nobody notices"].map(title => text.indexOf(title));
				const there = places.filter(place => place >= 0);
				expect(there).toEqual([...there].sort((a, b) => a - b));
				expect(text).not.toContain("anna");
				if (phase.startsWith("roll")) return;
				const flat = text.replace(/\s+/g, " ");
				for (const [code, severities] of Object.entries(counts))
					if ((severities.act ?? 0) > 0) expect(flat).toContain(`See docs/losses.md#${code}`);
			})
		);
	});

	it("ends with what to type, but for the command alone within eighty columns", () => {
		fc.assert(
			fc.property(anyStatus, status => {
				const lines = statusText(status, eighty).split("\n");
				for (const line of lines.slice(0, -1)) expect(widthOf(line)).toBeLessThanOrEqual(80);
				if (status.phase !== "rolled-back") expect(lines.at(-1)).toMatch(/(^|: )banyan migration \w+/);
			})
		);
	});

	const outcomes = { ...streamWith("users").outcomes, created: 999, updated: 8, unchanged: 1 };
	it.each<[string, Partial<Status>, number, string]>([
		["before", { phase: "cancelled" }, 0, "1008 records are at the target and stay there."],
		["within", { phase: "cancelled" }, 800, "208 records are at the target and stay there; 800 were put back"],
		["to its end", { phase: "rolled-back" }, 1007, "Rolled back: 1007 records put back as before, 0 left"]
	])("what a rollback that was gone %s put back is not at the target", (_, changes, restored, says) => {
		const text = statusText(
			statusWith({ running: false, ...changes, streams: [streamWith("users", { outcomes, restored })] }),
			eighty
		);
		expect(text.replace(/\s+/g, " ")).toContain(says);
	});

	it.each([
		["finished", 0, undefined],
		["cancelled", 0, undefined],
		["cancelled", 800, "800 records put back so far"],
		["rolling-back", 0, "A rollback has begun"],
		["rolled-back", 1007, "the source answers for everybody"]
	] as const)("old links of one that is %s, %d put back, say so", (phase, restored, says) => {
		const note = linksNote({ phase, streams: [streamWith("users", { restored })] });
		expect(note).toEqual(says && expect.stringContaining(says));
	});

	it("what was accepted needs nobody's hand any more", () => {
		const losses = lossesOf({ limited_disabled: { act: 3 } });
		const verdict = {
			result: "clean" as const,
			accountedFor: 3,
			total: 3,
			differences: 0,
			losses: 3,
			severities: { info: 0, degraded: 0, act: 3 },
			needHand: { records: 0, quarantined: 0, skipped: 0, differences: 0, removals: 0, losses: 0 },
			accepted: { limited_disabled: 3 },
			unproven: null,
			certificate: "c"
		};
		const text = statusText(
			statusWith({ phase: "finished", running: false, streams: [streamWith("users", { losses })], verdict })
		);
		expect(text).toContain("Accepted\n  · limited_disabled (3 users).");
		expect(text).toContain("\nNothing needs your hand.\n");
		expect(text).not.toContain("Needs your hand");
	});
});

it("a plan tells refusals first, facts last, each with its mark, and ends with what to type", () => {
	const plan: Plan = {
		name: "panel",
		hash: "0",
		ok: false,
		findings: [fact("a", "Fact."), toDo("b", "Do."), refused("c", "No."), warning("d", "Mind.")],
		source: { system: "marzneshin", version: "0.7.4", account: "admin" },
		target: { system: "marzban", version: null, account: "admin" },
		streams: [],
		estimateSeconds: 0
	};
	const lines = planText(plan, PLAIN, { file: "my panel.yaml", url: "http://h:1" }).split("\n");
	expect(lines.slice(1, 5)).toEqual(["  ✗ No.", "  ! Mind.", "  → Do.", "  · Fact."]);
	expect(lines.slice(-2)).toEqual([
		"Refused: 1 thing keeps it from beginning. Nothing has been written.",
		"Mend what is marked ✗, then look again: banyan migration plan 'my panel.yaml' --url http://h:1"
	]);
});
