/** How far each migration is, what became of its records, and what keeps it from being clean. */

import type { Dashboard, Panel } from "../panel";

const CHOSEN = 'migration=~"$migration"';
/** Each node tells of all of them. */
const ofStreams = (metric: string): string => `max by (migration, stream) (${metric}{${CHOSEN}})`;
const ofAll = (metric: string): string => `sum by (migration) (${ofStreams(metric)})`;

const records: readonly Panel[] = [
	{
		title: "Read, of the source's",
		says: "The part of the source's records that was read, by stream. 100 %: all of them have an outcome.",
		kind: "timeseries",
		unit: "percentunit",
		queries: [
			{
				expr: `${ofStreams("banyan_migration_read_records")} / (${ofStreams("banyan_migration_source_records")} > 0)`,
				legend: "{{migration}} {{stream}}"
			}
		]
	},
	{
		title: "Left to read",
		says: "Records that the source had when last asked, and that were not read yet.",
		kind: "timeseries",
		unit: "short",
		queries: [{ expr: ofStreams("banyan_migration_lag_records"), legend: "{{migration}} {{stream}}" }]
	},
	{
		title: "Moved, of those read",
		says: "Records that are at the target as they should be, of all that were read: the rest was skipped or waits for a human.",
		kind: "timeseries",
		unit: "percentunit",
		queries: [
			{
				expr: `sum by (migration) (max by (migration, stream, outcome) (banyan_migration_records{${CHOSEN}, outcome=~"created|updated|unchanged"})) / (${ofAll("banyan_migration_read_records")} > 0)`,
				legend: "{{migration}}"
			}
		],
		warn: { yellow: 0.99, red: 0.95, below: true }
	},
	{
		title: "Records by outcome",
		says: "What became of the records that were read. quarantined: not moved, until somebody acts.",
		kind: "timeseries",
		unit: "short",
		queries: [
			{
				expr: `sum by (migration, outcome) (max by (migration, stream, outcome) (banyan_migration_records{${CHOSEN}}))`,
				legend: "{{migration}} {{outcome}}"
			}
		]
	},
	{
		title: "Quarantined, by why",
		says: "Records that wait for a human. The alert begins where more than one in twenty does.",
		kind: "timeseries",
		unit: "short",
		queries: [
			{
				expr: `sum by (migration, category) (max by (migration, stream, category) (banyan_migration_quarantined{${CHOSEN}}))`,
				legend: "{{migration}} {{category}}"
			}
		]
	},
	{
		title: "Losses, by code",
		says: "Records that lost something on the way, by the code of the loss (/docs/losses).",
		kind: "timeseries",
		unit: "short",
		queries: [
			{
				expr: `sum by (migration, code) (max by (migration, stream, code) (banyan_migration_losses{${CHOSEN}}))`,
				legend: "{{migration}} {{code}}"
			}
		]
	}
];

const comparison: readonly Panel[] = [
	{
		title: "Compared",
		says: "Records of which source and target were compared, in the comparison that runs or ran last.",
		kind: "timeseries",
		unit: "short",
		queries: [{ expr: ofAll("banyan_migration_compared_records"), legend: "{{migration}}" }]
	},
	{
		title: "Differences",
		says: "Records that are not at the target as they should be: `banyan migration diff` names them.",
		kind: "timeseries",
		unit: "short",
		queries: [{ expr: ofAll("banyan_migration_differences"), legend: "{{migration}}" }],
		warn: { red: 1 }
	},
	{
		title: "Age of the certificate",
		says: "Since source and target were last proven equal. The alert begins after a week.",
		kind: "timeseries",
		unit: "dtdurations",
		queries: [
			{
				expr: `time() - max by (migration) (banyan_migration_certificate_timestamp_seconds{${CHOSEN}})`,
				legend: "{{migration}}"
			}
		],
		warn: { red: 604_800 }
	}
];

const target: readonly Panel[] = [
	{
		title: "Records settled",
		says: "Records whose write at the target came to an end, a second.",
		kind: "timeseries",
		unit: "ops",
		queries: [
			{
				expr: "sum by (stream, outcome) (rate(banyan_records_settled_total[$__rate_interval]))",
				legend: "{{stream}} {{outcome}}"
			}
		]
	},
	{
		title: "Writes at once",
		says: "How many writes run at the target at once, at most, as it was found by measuring.",
		kind: "timeseries",
		unit: "short",
		queries: [{ expr: "max by (stream) (banyan_target_concurrency)", legend: "{{stream}}" }]
	},
	{
		title: "Why not more",
		says: "1 for the reason why no more writes run at once.",
		kind: "timeseries",
		unit: "short",
		queries: [{ expr: "max by (stream, reason) (banyan_target_throttle)", legend: "{{stream}} {{reason}}" }]
	}
];

export const MIGRATION: Dashboard = {
	name: "migration",
	title: "Banyan: migrations",
	says: "How far each is, what became of its records, what keeps it from being clean.",
	choices: [{ name: "migration", metric: "banyan_migration_phase", label: "migration" }],
	rows: [
		{
			title: "Now",
			panels: [
				{
					title: "Phases",
					says: "Where each migration stands.",
					kind: "table",
					unit: "short",
					queries: [
						{
							expr: `max by (migration, phase) (banyan_migration_phase{${CHOSEN}}) == 1`,
							legend: "{{migration}} {{phase}}"
						}
					],
					width: 16
				},
				{
					title: "At work",
					says: "Migrations that a node is at work on.",
					kind: "stat",
					unit: "short",
					queries: [{ expr: `sum(max by (migration) (banyan_migration_running{${CHOSEN}}))`, legend: "at work" }]
				},
				{
					title: "Stopped on an error",
					says: "`banyan migration status` says on which; nothing of them moves until somebody acts.",
					kind: "stat",
					unit: "short",
					queries: [{ expr: `sum(max by (migration) (banyan_migration_failed{${CHOSEN}}))`, legend: "failed" }],
					warn: { red: 1 }
				},
				{
					title: "Ends",
					says: "How migrations came to their end in the last day, by how.",
					kind: "timeseries",
					unit: "short",
					queries: [{ expr: "sum by (result) (increase(banyan_migration_ended_total[1d]))", legend: "{{result}}" }]
				},
				{
					title: "Records read, a second",
					says: "How quickly all migrations get on.",
					kind: "timeseries",
					unit: "ops",
					queries: [
						{
							expr: `clamp_min(sum by (migration) (deriv(migration:moved:sum{${CHOSEN}}[5m])), 0)`,
							legend: "{{migration}}"
						}
					]
				}
			]
		},
		{ title: "Records", panels: records },
		{ title: "Comparison", panels: comparison },
		{ title: "The target", panels: target }
	]
};
