/** Dashboards in the JSON of Grafana 11 (schema version 39). Pure. */

import type { Choice, Dashboard, Panel, Row } from "./panel";

const SCHEMA_VERSION = 39;
const COLUMNS = 24;
const HEIGHTS: Readonly<Record<Panel["kind"], number>> = { timeseries: 8, stat: 4, table: 8 };
const WIDTHS: Readonly<Record<Panel["kind"], number>> = { timeseries: 12, stat: 4, table: 12 };

/** Whichever Prometheus is chosen at the top. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

type Json = Readonly<Record<string, unknown>>;

export function grafanaOf({ name, title, says, choices, rows }: Dashboard): Json {
	return {
		uid: `banyan-${name}`,
		title,
		description: says,
		tags: ["banyan"],
		schemaVersion: SCHEMA_VERSION,
		version: 1,
		editable: true,
		graphTooltip: 1,
		refresh: "30s",
		time: { from: "now-1h", to: "now" },
		timezone: "browser",
		templating: { list: [CHOSEN_SOURCE, ...choices.map(choiceOf)] },
		annotations: { list: [FIRING] },
		links: [
			{ type: "dashboards", tags: ["banyan"], title: "Banyan", asDropdown: false, includeVars: true, keepTime: true }
		],
		panels: placed(rows)
	};
}

const CHOSEN_SOURCE = {
	name: "datasource",
	label: "Prometheus",
	type: "datasource",
	query: "prometheus",
	refresh: 1,
	hide: 0,
	includeAll: false,
	multi: false
};

/** When alerts fired, over each graph. */
const FIRING = {
	name: "alerts",
	datasource: DATASOURCE,
	enable: true,
	iconColor: "red",
	expr: 'ALERTS{alertstate="firing", alertname=~"Banyan.*"}',
	titleFormat: "{{alertname}}",
	textFormat: "{{node}} {{service}} {{migration}}",
	step: "30s"
};

function choiceOf({ name, metric, label }: Choice): Json {
	const query = `label_values(${metric}, ${label})`;
	return {
		name,
		label: name,
		type: "query",
		datasource: DATASOURCE,
		definition: query,
		query: { query, refId: `choice-${name}` },
		refresh: 2,
		sort: 1,
		includeAll: true,
		allValue: ".*",
		multi: true,
		current: { text: ["All"], value: ["$__all"] }
	};
}

interface Place {
	readonly x: number;
	readonly y: number;
	/** Below all that stands in this line. */
	readonly next: number;
}

/** Row by row, from the left; what has no room goes into the next line. */
function placed(rows: readonly Row[]): Json[] {
	const panels: Json[] = [];
	let at: Place = { x: 0, y: 0, next: 0 };
	for (const { title, panels: own } of rows) {
		panels.push({ ...rowOf(title, at.next), id: panels.length + 1 });
		at = { x: 0, y: at.next + 1, next: at.next + 1 };
		for (const panel of own) {
			const [w, h] = [panel.width ?? WIDTHS[panel.kind], HEIGHTS[panel.kind]];
			if (at.x + w > COLUMNS) at = { x: 0, y: at.next, next: at.next };
			panels.push({ ...panelOf(panel), id: panels.length + 1, gridPos: { x: at.x, y: at.y, w, h } });
			at = { x: at.x + w, y: at.y, next: Math.max(at.next, at.y + h) };
		}
	}
	return panels;
}

const rowOf = (title: string, y: number): Json => ({
	type: "row",
	title,
	collapsed: false,
	gridPos: { x: 0, y, w: COLUMNS, h: 1 },
	panels: []
});

function panelOf(panel: Panel): Json {
	const { kind, title, says, unit, queries } = panel;
	const now = kind !== "timeseries";
	return {
		type: kind,
		title,
		description: says,
		datasource: DATASOURCE,
		fieldConfig: { defaults: { unit, min: 0, thresholds: thresholdsOf(panel), ...CUSTOM[kind] }, overrides: [] },
		options: OPTIONS[kind],
		targets: queries.map(({ expr, legend }, index) => ({
			refId: String.fromCharCode("A".charCodeAt(0) + index),
			datasource: DATASOURCE,
			expr,
			legendFormat: legend,
			range: !now,
			instant: now,
			...(kind === "table" && { format: "table" })
		}))
	};
}

/** The first step has no value: it is where nothing else holds. */
function thresholdsOf({ warn }: Panel): Json {
	const step = (color: string, value: number | null): Json => ({ color, value });
	if (!warn) return { mode: "absolute", steps: [step("green", null)] };
	const { yellow, red, below } = warn;
	const steps = below
		? [step("red", null), ...(yellow === undefined ? [] : [step("yellow", red)]), step("green", yellow ?? red)]
		: [step("green", null), ...(yellow === undefined ? [] : [step("yellow", yellow)]), step("red", red)];
	return { mode: "absolute", steps };
}

const CUSTOM: Readonly<Record<Panel["kind"], Json>> = {
	timeseries: {
		custom: {
			drawStyle: "line",
			lineWidth: 1,
			fillOpacity: 10,
			showPoints: "never",
			thresholdsStyle: { mode: "dashed" }
		}
	},
	stat: {},
	table: { custom: { align: "auto", cellOptions: { type: "auto" } } }
};

const OPTIONS: Readonly<Record<Panel["kind"], Json>> = {
	timeseries: {
		legend: { displayMode: "table", placement: "bottom", showLegend: true, calcs: ["lastNotNull", "max"] },
		tooltip: { mode: "multi", sort: "desc" }
	},
	stat: {
		reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
		colorMode: "background",
		graphMode: "none",
		justifyMode: "auto",
		orientation: "auto",
		textMode: "value_and_name"
	},
	table: { showHeader: true, cellHeight: "sm", footer: { show: false, reducer: ["sum"], countRows: false, fields: "" } }
};
