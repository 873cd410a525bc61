/** What a dashboard is made of, before it is anybody's format: the one list (panels.ts) is in these words. */

/** As Grafana calls them. */
export type Unit = "short" | "percentunit" | "s" | "bytes" | "reqps" | "ops" | "dtdurations" | "bool_on_off";

export interface Query {
	/** PromQL; `$__rate_interval` stands for a window that has enough samples at the resolution that is looked at. */
	readonly expr: string;
	/** With labels as `{{node}}`. */
	readonly legend: string;
}

export interface Panel {
	readonly title: string;
	/** What it shows, and when to worry. */
	readonly says: string;
	/** timeseries: how it went; stat: how it is; table: a row each. */
	readonly kind: "timeseries" | "stat" | "table";
	readonly unit: Unit;
	readonly queries: readonly [Query, ...Query[]];
	/** From these values on it is yellow, and red; `below`: up to these. */
	readonly warn?: { readonly yellow?: number; readonly red: number; readonly below?: true };
	/** Of 24. @default 12, a stat 4 */
	readonly width?: number;
}

export interface Row {
	readonly title: string;
	readonly panels: readonly Panel[];
}

/** A choice at the top: the values of a label. */
export interface Choice {
	readonly name: string;
	readonly metric: string;
	readonly label: string;
}

export interface Dashboard {
	/** Of its file, and in its address. */
	readonly name: string;
	readonly title: string;
	readonly says: string;
	readonly choices: readonly Choice[];
	readonly rows: readonly Row[];
}
