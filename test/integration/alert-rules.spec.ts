/** Every rule under promtool: an alert fires, with the very words that people are sent, and does not where it should not. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { ALERT_CASES, type AlertCase, RECORD_CASES, type RecordCase, type Scene } from "../support/alert-cases";
import { type AlertRule, alertRules, MONITORING, ruleFiles } from "../support/monitoring";
import { promtool } from "../support/promtool";

const ALERTS = new Map(alertRules().map(rule => [rule.alert, rule]));

const INTERVAL = "15s";
const seriesOf = ({ series }: Scene): object[] =>
	Object.entries(series).map(([name, values]) => ({ series: name, values }));

/** As Prometheus fills in its words, of labels and of the value alone. */
const filled = (text: string, labels: Readonly<Record<string, string>>, value: string): string =>
	text
		.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? "")
		.replace(/\{\{ \$value(?: \| \w+)? \}\}/g, () => value);

function expected({ labels: { severity = "" } = {}, annotations = {} }: AlertRule, fires: AlertCase["fires"]): object {
	const { labels, value = "" } = fires;
	return {
		exp_labels: { severity, ...labels },
		exp_annotations: Object.fromEntries(
			Object.entries(annotations).map(([name, text]) => [name, filled(text, labels, value)])
		)
	};
}

function alertTests({ alert, fires, quiet }: AlertCase): object[] {
	const rule = ALERTS.get(alert);
	if (!rule) throw new Error(`There is no alert '${alert}'.`);
	const test = (name: string, scene: Scene, exp_alerts: object[]): object => ({
		name: `${alert}: ${name}`,
		interval: INTERVAL,
		input_series: seriesOf(scene),
		alert_rule_test: [{ eval_time: scene.at, alertname: alert, exp_alerts }]
	});
	return [
		test("fires", fires, [expected(rule, fires)]),
		...Object.entries(quiet).map(([why, scene]) => test(why, scene, []))
	];
}

const recordTest = ({ record, is, ...scene }: RecordCase): object => ({
	name: record,
	interval: INTERVAL,
	input_series: seriesOf(scene),
	promql_expr_test: [
		{
			expr: record,
			eval_time: scene.at,
			exp_samples: Object.entries(is).map(([labels, value]) => ({ labels: `${record}{${labels}}`, value }))
		}
	]
});

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "banyan-rules-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("each fires, in its words, and does not where it should not; each recorded series is what it should be", () => {
	const file = join(folder, "rules.test.yml");
	const tests = [...ALERT_CASES.flatMap(alertTests), ...RECORD_CASES.map(recordTest)];
	writeFileSync(file, stringify({ rule_files: ruleFiles(), evaluation_interval: INTERVAL, tests }, { lineWidth: 0 }));
	expect(promtool("test", "rules", file)).toBe("");
});

it("a test that expects something else fails: promtool looks at what it is given", () => {
	const file = join(folder, "wrong.test.yml");
	const [first] = ALERT_CASES;
	if (!first) throw new Error("There are no cases.");
	const wrong = { ...first, fires: { ...first.fires, labels: { ...first.fires.labels, node: "stages-9" } } };
	const tests = alertTests(wrong);
	writeFileSync(file, stringify({ rule_files: ruleFiles(), evaluation_interval: INTERVAL, tests }, { lineWidth: 0 }));
	expect(promtool("test", "rules", file)).toContain("FAILED");
});

it("the configuration that is shipped, and the rules, are as Prometheus wants them", () => {
	expect(promtool("check", "config", join(MONITORING, "prometheus.yml"))).toBe("");
	expect(promtool("check", "rules", ...ruleFiles())).toBe("");
});
