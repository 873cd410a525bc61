import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { prometheusConfig, rulesFor, seconds } from "../../../local/prometheus-config";

const MONITORING = join(__dirname, "..", "..", "..", "monitoring");
const shipped = readFileSync(join(MONITORING, "prometheus.yml"), "utf8");

it("is the one that is shipped, with this machine's ports, its folder and its pace", () => {
	const { global, rule_files, scrape_configs } = parse(
		prometheusConfig(shipped, { gateways: [20_001, 20_002], own: 20_003, rules: "/c/rules", everyS: 1 })
	);
	expect(global).toMatchObject({ scrape_interval: "1s", evaluation_interval: "1s" });
	expect(rule_files).toEqual(["/c/rules/*.yml"]);
	const [nodes, own] = scrape_configs;
	const path = "/metrics/targets";
	expect(nodes).toMatchObject({
		job_name: "banyan",
		http_sd_configs: [
			{ url: `http://127.0.0.1:20001${path}`, refresh_interval: "1s" },
			{ url: `http://127.0.0.1:20002${path}`, refresh_interval: "1s" }
		],
		relabel_configs: parse(shipped).scrape_configs[0].relabel_configs
	});
	expect(own).toEqual({ job_name: "prometheus", static_configs: [{ targets: ["127.0.0.1:20003"] }] });
});

const RULES = `groups:
  - name: some
    rules:
      - record: a:b
        expr: sum(a)
      - alert: Some
        expr: up == 0
        for: 2m
`;

it("rules keep their expressions, and alerts wait for as many looks as in earnest", () => {
	expect(rulesFor(RULES, 15)).toBe(RULES);
	expect(parse(rulesFor(RULES, 1)).groups[0].rules).toEqual([
		{ record: "a:b", expr: "sum(a)" },
		{ alert: "Some", expr: "up == 0", for: "8s" }
	]);
	expect(parse(rulesFor(RULES.replace("2m", "1s"), 1)).groups[0].rules[1].for).toBe("1s");
});

it.each([
	["30s", 30],
	["5m", 300],
	["2h", 7_200],
	["1d", 86_400]
])("%s are %d seconds", (text, expected) => {
	expect(seconds(text)).toBe(expected);
});

it.each(["", "5", "5 m", "-1s", "1w"])("'%s' is no time", text => {
	expect(() => seconds(text)).toThrow(`'${text}' is no time: it must be as 30s, 5m, 2h.`);
});
