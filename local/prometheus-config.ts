/** The configuration of the cluster's Prometheus: the one that is shipped, with this machine's ports. Pure. */

import { parse, stringify } from "yaml";

interface Discovery {
	readonly url: string;
}
interface Scrape {
	readonly job_name: string;
	readonly http_sd_configs?: readonly Discovery[];
	readonly static_configs?: readonly { readonly targets: readonly string[] }[];
}
interface Config {
	readonly global: Readonly<Record<string, string>>;
	readonly scrape_configs: readonly Scrape[];
}

export interface Watched {
	/** Ports of the gateways, which say where all nodes are. */
	readonly gateways: readonly number[];
	/** Its own. */
	readonly own: number;
	/** The folder of the rules that it reads. */
	readonly rules: string;
	/** Seconds between two looks. */
	readonly everyS: number;
}

const at = (port: number): string => `127.0.0.1:${port}`;

/** @param shipped monitoring/prometheus.yml */
export function prometheusConfig(shipped: string, { gateways, own, rules, everyS }: Watched): string {
	const config: Config = parse(shipped);
	const every = `${everyS}s`;
	const discovered = (discovery: Discovery): object[] =>
		gateways.map(port => ({
			...discovery,
			url: `http://${at(port)}${new URL(discovery.url).pathname}`,
			refresh_interval: every
		}));
	return stringify({
		...config,
		global: { ...config.global, scrape_interval: every, evaluation_interval: every },
		rule_files: [`${rules}/*.yml`],
		scrape_configs: config.scrape_configs.map(scrape => ({
			...scrape,
			...(scrape.http_sd_configs && { http_sd_configs: scrape.http_sd_configs.flatMap(discovered) }),
			...(scrape.static_configs && { static_configs: [{ targets: [at(own)] }] })
		}))
	});
}

interface Rule {
	readonly for?: string;
}
interface Rules {
	readonly groups: readonly { readonly rules: readonly Rule[] }[];
}

/** Of the configuration that is shipped, in s. */
const SHIPPED_S = 15;

/**
 * Rules with the same expressions, whose alerts wait for as many looks as they do in earnest.
 * @param text one file of monitoring/rules
 */
export function rulesFor(text: string, everyS: number): string {
	if (everyS === SHIPPED_S) return text;
	const { groups }: Rules = parse(text);
	const shortened = (rule: Rule): Rule =>
		rule.for === undefined
			? rule
			: { ...rule, for: `${Math.max(1, Math.round((seconds(rule.for) * everyS) / SHIPPED_S))}s` };
	return stringify(
		{ groups: groups.map(group => ({ ...group, rules: group.rules.map(shortened) })) },
		{ lineWidth: 0 }
	);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90s`, `5m`. */
export function seconds(text: string): number {
	const [, count = "", unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
	const size = UNITS[unit];
	if (size === undefined) throw new Error(`'${text}' is no time: it must be as 30s, 5m, 2h.`);
	return Number(count) * size;
}
