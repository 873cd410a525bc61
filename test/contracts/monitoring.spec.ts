/** What lies in monitoring/ belongs together: each alert has its section in the runbook and its test, each dashboard is as generated. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { METRICS } from "../../contracts/cluster";
import { nameOf } from "../../domain/platform/exposition";
import type { Panel } from "../../monitoring/panel";
import { DASHBOARDS } from "../../monitoring/panels";
import { dashboardFiles, FOLDER } from "../../scripts/dashboards";
import { ALERT_CASES, RECORD_CASES } from "../support/alert-cases";
import { alertRules, metricsIn, recordRules } from "../support/monitoring";

const RUNBOOK = "docs/runbooks/alerts.md";
const ALERTS = alertRules();
const RECORDS = recordRules();
const runbook = readFileSync(join(__dirname, "..", "..", RUNBOOK), "utf8");
const sections = new Map(
	runbook
		.split(/^## /m)
		.slice(1)
		.map(section => [section.split("\n", 1)[0] ?? "", section])
);

describe.each(ALERTS.map(rule => [rule.alert, rule] as const))("%s", (name, rule) => {
	it("waits, says how bad it is and what it means for customers, and leads to its section of the runbook", () => {
		const { for: waits, labels, annotations = {} } = rule;
		expect(waits).toMatch(/^\d+[smh]$/);
		expect(labels).toEqual({ severity: expect.stringMatching(/^(critical|warning)$/) });
		expect(annotations).toEqual({
			summary: expect.stringMatching(/^\S.{5,100}$/),
			description: expect.stringMatching(/\.$/),
			runbook_url: `${RUNBOOK}#${name.toLowerCase()}`
		});
	});

	it("has a section that says what it means, where to look, what to do, and how it ends", () => {
		expect(sections.get(name)).toMatch(
			/^\S+\n\n\S[\s\S]+\n- \*\*Look\.\*\* [\s\S]+\n- \*\*Act\.\*\* [\s\S]+\n- \*\*It ends\.\*\* \S/
		);
	});

	it("is tried: that it fires, and that it does not", () => {
		const cases = ALERT_CASES.filter(({ alert }) => alert === name);
		expect(cases).toHaveLength(1);
		expect(Object.keys(cases[0]?.quiet ?? {})).not.toHaveLength(0);
	});
});

it("the runbook has no section of an alert that is gone", () => {
	const names = ALERTS.map(({ alert }) => alert);
	expect([...sections.keys()].filter(name => name.startsWith("Banyan"))).toEqual(expect.arrayContaining(names));
	expect([...sections.keys()].filter(name => name.startsWith("Banyan") && !names.includes(name))).toEqual([]);
});

it("each recorded series is tried", () => {
	expect(RECORD_CASES.map(({ record }) => record)).toEqual(expect.arrayContaining(RECORDS.map(({ record }) => record)));
});

/** Of ours; what others measure is held against real nodes in test/integration/watching.spec.ts. */
const OURS = new Set(METRICS.map(({ name, type, unit }) => nameOf({ name, type, unit: unit && "millisecond" })));
const isOurs = (name: string): boolean => name.startsWith("banyan_");
const known = (name: string): boolean => OURS.has(name) || OURS.has(name.replace(/_(bucket|sum|count)$/, ""));
const EXPRS = [
	...ALERTS.map(({ alert, expr }) => [alert, expr] as const),
	...RECORDS.map(({ record, expr }) => [record, expr] as const),
	...DASHBOARDS.flatMap(({ rows }) => rows.flatMap(({ panels }) => panels)).flatMap(({ title, queries }) =>
		queries.map(({ expr }) => [title, expr] as const)
	)
];

it.each(EXPRS)("%s asks for metrics that contracts declare, or rules record: %s", (_, expr) => {
	const names = metricsIn(expr);
	expect(names).not.toEqual([]);
	expect(names.filter(name => isOurs(name) && !known(name))).toEqual([]);
	const recorded = RECORDS.map(({ record }) => record);
	expect(names.filter(name => name.includes(":") && !recorded.includes(name))).toEqual([]);
});

it.each([
	['sum by (a, b) (rate(x_total{y="z"}[5m])) / (q > 0)', ["x_total", "q"]],
	["a and on (m) changes(b:c[15m]) == 0 or vector(0)", ["a", "b:c"]],
	['label_replace(x, "service", "$1", "action", "(.*)") unless ignoring (n) y offset 5m', ["x", "y"]]
])("the names in %s are found", (expr, names) => {
	expect(metricsIn(expr)).toEqual(names);
});

describe("dashboards", () => {
	const files = dashboardFiles();

	it("are as they are generated: `npm run dashboards` writes them", () => {
		expect(readdirSync(FOLDER).sort()).toEqual([...files.keys()].sort());
		for (const [name, text] of files)
			expect(JSON.parse(readFileSync(join(FOLDER, name), "utf8"))).toEqual(JSON.parse(text));
	});

	const panels: readonly (readonly [string, Panel])[] = DASHBOARDS.flatMap(({ name, rows }) =>
		rows.flatMap(row => row.panels.map(panel => [`${name}: ${panel.title}`, panel] as const))
	);

	it("no two panels of a name", () => {
		const titles = panels.map(([title]) => title);
		expect(new Set(titles).size).toBe(titles.length);
	});

	it.each(panels)("%s says in a sentence what it shows, and names its lines", (_, { says, queries }) => {
		expect(says).toMatch(/^.{20,}\.$/);
		for (const { legend } of queries) expect(legend).not.toBe("");
	});

	interface Drawn {
		readonly id: number;
		readonly type: string;
		readonly datasource?: unknown;
		readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
		readonly fieldConfig?: {
			readonly defaults: {
				readonly unit: string;
				readonly thresholds: { readonly steps: readonly { readonly value: number | null }[] };
			};
		};
		readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
	}
	const drawn = [...files].map(([name, text]) => [name, JSON.parse(text) as Board] as const);
	interface Board {
		readonly uid: string;
		readonly schemaVersion: number;
		readonly panels: readonly Drawn[];
		readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
	}

	it.each(drawn)("%s has what Grafana 11 needs of a dashboard", (name, board) => {
		expect(board.uid).toBe(`banyan-${name.replace(".json", "")}`);
		expect(board.schemaVersion).toBe(39);
		expect(board.templating.list[0]).toMatchObject({ name: "datasource", type: "datasource" });
		const ids = board.panels.map(({ id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
		for (const { type, datasource, fieldConfig, targets = [] } of board.panels.filter(each => each.type !== "row")) {
			expect(["timeseries", "stat", "table"]).toContain(type);
			expect(datasource).toEqual({ type: "prometheus", uid: "${datasource}" });
			const steps = fieldConfig?.defaults.thresholds.steps.map(({ value }) => value) ?? [];
			expect(steps[0]).toBeNull();
			expect(steps.slice(1)).toEqual(steps.slice(1).toSorted((a, b) => Number(a) - Number(b)));
			expect(targets.length).toBeGreaterThan(0);
		}
	});

	it.each(drawn)("%s: no panel lies on another, or beyond the edge", (_, { panels: all }) => {
		for (const [nth, { gridPos: a }] of all.entries()) {
			expect(a.x + a.w).toBeLessThanOrEqual(24);
			const over = all.slice(nth + 1).filter(({ gridPos: b }) => overlap(a, b));
			expect(over.map(({ id }) => id)).toEqual([]);
		}
	});

	const overlap = (a: Drawn["gridPos"], b: Drawn["gridPos"]): boolean =>
		a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
});
