/** What `--help` says of each command beside its options: examples, how it ends, the settings it reads. */

import type { EXIT } from "./exit";

type End = keyof typeof EXIT;

/** Every way to end, in words; a command names those it may end in. */
const ENDS: Readonly<Record<End, readonly [code: number, says: string]>> = {
	clean: [0, "done"],
	broken: [1, "something could not be read, was called wrongly or broke; nothing is lost"],
	refused: [2, "refused by the preflight, or not confirmed: nothing was written"],
	human: [4, "finished, but records need a hand: they are listed"],
	interrupted: [130, "interrupted: give it again to go on; at a server it goes on by itself"]
};

/** The environment that a command reads. */
export const SETTINGS = {
	BANYAN_URL: "the server, as --url names it",
	BANYAN_API_KEY: "the API key for the server",
	BANYAN_CA_FILE: "authorities to trust for the server, a PEM file, in place of the usual ones",
	BANYAN_CERT_FILE: "a certificate to show to it, with its key in BANYAN_KEY_FILE",
	DATA_DIR: "without a server, the folder of what must last (default: data)",
	LOG_LEVEL: "how much goes to banyan.log in that folder (default: info)",
	TRANSPORTER: "nats://host:port where other nodes run the stages",
	NAMESPACE: "which nodes find each other there (default: banyan)",
	CLUSTER_KEY_FILE: "the key of those nodes, or CLUSTER_KEY itself (default: cluster.key in DATA_DIR)",
	SERVICES: "which of them this process runs",
	STORE: "cluster: what is kept is at the servers of TRANSPORTER and MONGODB_URL",
	MONGODB_URL: "with STORE=cluster, where collections and old links are",
	NO_COLOR: "set to anything: no colours; FORCE_COLOR=1: always"
} as const;
type Setting = keyof typeof SETTINGS;

const SERVER: readonly Setting[] = ["BANYAN_URL", "BANYAN_API_KEY", "BANYAN_CA_FILE", "BANYAN_CERT_FILE"];
const LOOK: readonly Setting[] = [...SERVER, "DATA_DIR", "NO_COLOR"];
const WORK: readonly Setting[] = [
	...SERVER,
	"DATA_DIR",
	"LOG_LEVEL",
	"TRANSPORTER",
	"CLUSTER_KEY_FILE",
	"SERVICES",
	"NO_COLOR"
];

const KEPT: readonly Setting[] = ["DATA_DIR", "STORE", "TRANSPORTER", "MONGODB_URL", "CLUSTER_KEY_FILE"];
const MEET: readonly Setting[] = [
	"BANYAN_URL",
	"BANYAN_API_KEY",
	"TRANSPORTER",
	"NAMESPACE",
	"CLUSTER_KEY_FILE",
	"NO_COLOR"
];

interface Help {
	readonly examples: readonly string[];
	readonly ends: readonly End[];
	readonly settings: readonly Setting[];
}

const RUN: readonly End[] = ["clean", "broken", "refused", "human", "interrupted"];
const SHOWN: readonly End[] = ["clean", "broken"];

/** By the words of the command. */
const HELP: Readonly<Record<string, Help>> = {
	"migration plan": {
		examples: ["banyan migration plan panel.yaml", "banyan migration plan panel.yaml --json | jq .findings"],
		ends: ["clean", "broken", "refused"],
		settings: WORK
	},
	"migration dry-run": {
		examples: ["banyan migration dry-run panel.yaml", "banyan migration dry-run panel.yaml --json > lines.ndjson"],
		ends: ["clean", "broken"],
		settings: WORK
	},
	"migration run": {
		examples: [
			"banyan migration run panel.yaml --only anna bert",
			"banyan migration run panel.yaml",
			"banyan migration run panel.yaml --url https://banyan.example --api-key-file key"
		],
		ends: RUN,
		settings: WORK
	},
	"migration start": {
		examples: ["banyan migration start panel", "banyan migration resume panel --url https://banyan.example"],
		ends: RUN,
		settings: WORK
	},
	"migration list": { examples: ["banyan migration list"], ends: ["clean", "broken", "interrupted"], settings: LOOK },
	"migration new-secrets": {
		examples: ["banyan migration new-secrets panel --stream admins --out passwords.csv"],
		ends: SHOWN,
		settings: LOOK
	},
	"migration rollback": {
		examples: [
			'banyan migration rollback panel --reason "customers report errors"',
			"banyan migration rollback panel --yes"
		],
		ends: RUN,
		settings: WORK
	},
	"migration compare": {
		examples: ["banyan migration compare panel"],
		ends: ["clean", "broken", "human", "interrupted"],
		settings: WORK
	},
	"migration repair": {
		examples: ['banyan migration repair panel --reason "the source is right"'],
		ends: ["clean", "broken", "human", "interrupted"],
		settings: WORK
	},
	"migration pause": { examples: ["banyan migration pause panel"], ends: SHOWN, settings: WORK },
	"migration cancel": {
		examples: ['banyan migration cancel panel --reason "another day"', "banyan migration cancel panel --yes"],
		ends: ["clean", "broken", "refused"],
		settings: WORK
	},
	"migration status": {
		examples: ["banyan migration status", "banyan migration status panel --watch"],
		ends: ["clean", "broken", "interrupted"],
		settings: LOOK
	},
	"migration logs": {
		examples: ["banyan migration logs panel --follow"],
		ends: ["clean", "broken", "interrupted"],
		settings: LOOK
	},
	"migration diff": {
		examples: ["banyan migration diff panel --json"],
		ends: ["clean", "broken", "human"],
		settings: LOOK
	},
	"migration report": {
		examples: [
			"banyan migration report panel --format html --out panel.html",
			"banyan migration report panel --customers --out customers.csv"
		],
		ends: SHOWN,
		settings: LOOK
	},
	"migration links": {
		examples: ["banyan migration links panel --format nginx --out links.conf"],
		ends: ["clean", "broken", "human"],
		settings: LOOK
	},
	"keys create": {
		examples: [
			"banyan keys create monitoring --scope migration:read > key",
			"banyan keys create deploy --scope migration:plan --days 90"
		],
		ends: SHOWN,
		settings: LOOK
	},
	"keys list": { examples: ["banyan keys list"], ends: SHOWN, settings: LOOK },
	"keys rotate": {
		examples: ["banyan keys rotate 1f2e3d4c5b6a > key", "banyan keys rotate 1f2e3d4c5b6a --hours 1"],
		ends: SHOWN,
		settings: LOOK
	},
	"keys revoke": {
		examples: ["banyan keys revoke 1f2e3d4c5b6a"],
		ends: ["clean", "broken", "refused"],
		settings: LOOK
	},
	"users list": { examples: ["banyan users list"], ends: SHOWN, settings: LOOK },
	"users show": { examples: ["banyan users show ada@example.com"], ends: SHOWN, settings: LOOK },
	"users create": {
		examples: ["banyan users create ada@example.com --admin", "banyan users create bert@example.com --name Bert"],
		ends: SHOWN,
		settings: LOOK
	},
	"users disable": {
		examples: ["banyan users disable bert@example.com"],
		ends: ["clean", "broken", "refused"],
		settings: LOOK
	},
	"users enable": { examples: ["banyan users enable bert@example.com"], ends: SHOWN, settings: LOOK },
	"users delete": {
		examples: ["banyan users delete bert@example.com"],
		ends: ["clean", "broken", "refused"],
		settings: LOOK
	},
	"users reset": { examples: ["banyan users reset ada@example.com"], ends: SHOWN, settings: LOOK },
	"sessions list": { examples: ["banyan sessions list ada@example.com"], ends: SHOWN, settings: LOOK },
	"sessions revoke": {
		examples: ["banyan sessions revoke ada@example.com q0Zb3kX1v7hJm2sT8rYd4A"],
		ends: SHOWN,
		settings: LOOK
	},
	"sessions revoke-all": {
		examples: ["banyan sessions revoke-all ada@example.com"],
		ends: ["clean", "broken", "refused"],
		settings: LOOK
	},
	"events list": { examples: ["banyan events list"], ends: ["clean", "broken", "human"], settings: LOOK },
	"events show": { examples: ["banyan events show 0b7c5a52"], ends: SHOWN, settings: LOOK },
	"events replay": {
		examples: ["banyan events replay 0b7c5a52", "banyan events replay --service idempotency"],
		ends: SHOWN,
		settings: LOOK
	},
	"events drop": { examples: ["banyan events drop 0b7c5a52"], ends: ["clean", "broken", "refused"], settings: LOOK },
	"events again": {
		examples: ["banyan events again idempotency --event access.revoked"],
		ends: SHOWN,
		settings: LOOK
	},
	"config list": { examples: ["banyan config list"], ends: SHOWN, settings: LOOK },
	"config show": { examples: ["banyan config show sessions"], ends: SHOWN, settings: LOOK },
	"config set": {
		examples: ['banyan config set sessions REFRESH_GRACE=30 --reason "phones refresh too often"'],
		ends: SHOWN,
		settings: LOOK
	},
	"config unset": {
		examples: ['banyan config unset sessions REFRESH_GRACE --reason "the default will do"'],
		ends: SHOWN,
		settings: LOOK
	},
	"config apply": {
		examples: ['banyan config apply settings.yaml --expected 6 --reason "as reviewed"'],
		ends: SHOWN,
		settings: LOOK
	},
	"config secret": {
		examples: ['banyan config secret BANYAN_SECRET_SOURCE /run/secrets/source --reason "it was changed there"'],
		ends: SHOWN,
		settings: LOOK
	},
	"config history": { examples: ["banyan config history"], ends: SHOWN, settings: LOOK },
	"config diff": { examples: ["banyan config diff 6 7"], ends: SHOWN, settings: LOOK },
	"config rollback": {
		examples: ['banyan config rollback 6 --reason "it was better before"'],
		ends: ["clean", "broken", "refused"],
		settings: LOOK
	},
	"config explain": { examples: ["banyan config explain REFRESH_GRACE"], ends: SHOWN, settings: LOOK },
	"config nodes": { examples: ["banyan config nodes"], ends: SHOWN, settings: LOOK },
	"flag list": { examples: ["banyan flag list", "banyan flag list --stale"], ends: SHOWN, settings: LOOK },
	"flag show": { examples: ["banyan flag show checkout --json > checkout.json"], ends: SHOWN, settings: LOOK },
	"flag history": { examples: ["banyan flag history --limit 5"], ends: SHOWN, settings: LOOK },
	"flag diff": { examples: ["banyan flag diff 6 7"], ends: SHOWN, settings: LOOK },
	"flag evaluate": {
		examples: ["banyan flag evaluate checkout --user a-51c2 --attribute plan=gold"],
		ends: SHOWN,
		settings: LOOK
	},
	"flag explain": { examples: ["banyan flag explain checkout --user a-51c2"], ends: SHOWN, settings: LOOK },
	"flag create": {
		examples: ['banyan flag create checkout --owner payments --expires 2027-01-31 --percent 5 --reason "it is tried"'],
		ends: SHOWN,
		settings: LOOK
	},
	"flag set": { examples: ['banyan flag set checkout checkout.json --reason "by plan"'], ends: SHOWN, settings: LOOK },
	"flag on": { examples: ['banyan flag on checkout --reason "it is mended"'], ends: SHOWN, settings: LOOK },
	"flag off": { examples: ['banyan flag off checkout --reason "payments fail"'], ends: SHOWN, settings: LOOK },
	"flag rollout": {
		examples: ['banyan flag rollout checkout 25 --reason "nobody complained"'],
		ends: SHOWN,
		settings: LOOK
	},
	"flag delete": {
		examples: ['banyan flag delete checkout --reason "it is on for everybody"'],
		ends: ["clean", "broken", "refused"],
		settings: LOOK
	},
	"flag rollback": {
		examples: ['banyan flag rollback 6 --reason "it was better before"'],
		ends: ["clean", "broken", "refused"],
		settings: LOOK
	},
	"jobs list": { examples: ["banyan jobs list"], ends: SHOWN, settings: LOOK },
	"jobs show": { examples: ["banyan jobs show sessions.sweep"], ends: SHOWN, settings: LOOK },
	"jobs history": { examples: ["banyan jobs history sessions.sweep --limit 10"], ends: SHOWN, settings: LOOK },
	"jobs run": { examples: ["banyan jobs run sessions.sweep"], ends: SHOWN, settings: LOOK },
	"jobs pause": {
		examples: ['banyan jobs pause users.sweep --reason "The database is moved."'],
		ends: SHOWN,
		settings: LOOK
	},
	"jobs resume": { examples: ["banyan jobs resume users.sweep"], ends: SHOWN, settings: LOOK },
	"route list": { examples: ["banyan route list"], ends: SHOWN, settings: LOOK },
	"route show": { examples: ["banyan route show old-login > old-login.json"], ends: SHOWN, settings: LOOK },
	"route set": {
		examples: ["banyan route set --file old-login.yaml --reason 'the app of 2019 signs in'"],
		ends: SHOWN,
		settings: LOOK
	},
	"route test": {
		examples: ["banyan route test --file old-login.yaml"],
		ends: ["clean", "broken", "refused"],
		settings: LOOK
	},
	"route remove": {
		examples: ["banyan route remove old-login --reason 'nobody asks for it any more'"],
		ends: ["clean", "broken", "refused"],
		settings: LOOK
	},
	"route explain": {
		examples: [
			"banyan route explain GET /api/users/7",
			'banyan route explain POST /api/login --body \'{"user":"ada@example.com","pass":"…"}\''
		],
		ends: SHOWN,
		settings: LOOK
	},
	"route history": { examples: ["banyan route history"], ends: SHOWN, settings: LOOK },
	"route diff": { examples: ["banyan route diff 1 2"], ends: SHOWN, settings: LOOK },
	"route rollback": {
		examples: ["banyan route rollback 1 --reason 'it was asked for after all'"],
		ends: SHOWN,
		settings: LOOK
	},
	"backup create": {
		examples: [
			"banyan backup banyan.backup --passphrase-file passphrase",
			"banyan backup - | age -r age1… > banyan.backup.age"
		],
		ends: SHOWN,
		settings: KEPT
	},
	"backup verify": {
		examples: ["banyan backup verify banyan.backup --passphrase-file passphrase"],
		ends: SHOWN,
		settings: []
	},
	restore: {
		examples: [
			"DATA_DIR=empty banyan restore banyan.backup --passphrase-file passphrase",
			"DATA_DIR=empty banyan restore banyan.backup --secret-file secret.key"
		],
		ends: SHOWN,
		settings: KEPT
	},
	"secrets rekey": { examples: ["banyan secrets rekey"], ends: ["clean", "broken", "human"], settings: LOOK },
	"identity init": { examples: ["banyan identity init --in /secure/identities"], ends: SHOWN, settings: [] },
	"identity issue": {
		examples: [
			"banyan identity issue stages --nodes 'stages-*' --services extractor transformer validator importer verifier",
			"banyan identity issue gateway-1 --services gateway --days 30"
		],
		ends: SHOWN,
		settings: []
	},
	"identity show": { examples: ["banyan identity show identities/stages.json"], ends: SHOWN, settings: [] },
	"identity withdraw": { examples: ["banyan identity withdraw stages"], ends: SHOWN, settings: [] },
	"identity rotate": { examples: ["banyan identity rotate"], ends: SHOWN, settings: [] },
	"identity retire": { examples: ["banyan identity retire"], ends: SHOWN, settings: [] },
	nodes: { examples: ["banyan nodes", "banyan nodes --url https://banyan.example"], ends: SHOWN, settings: MEET },
	services: { examples: ["banyan services"], ends: SHOWN, settings: MEET },
	calls: { examples: ["banyan calls --during 10"], ends: SHOWN, settings: MEET },
	level: {
		examples: ["banyan level all debug --minutes 5", "banyan level stages-1 importer trace", "banyan level all usual"],
		ends: SHOWN,
		settings: MEET
	},
	repl: {
		examples: ["banyan repl", "echo nodes | banyan repl", "banyan repl --read-only"],
		ends: ["clean", "broken", "refused", "human"],
		settings: WORK
	},
	"completion bash": { examples: ["source <(banyan completion bash)   # in ~/.bashrc"], ends: ["clean"], settings: [] },
	"completion zsh": {
		examples: ["source <(banyan completion zsh)   # in ~/.zshrc, after compinit"],
		ends: ["clean"],
		settings: []
	},
	"completion fish": {
		examples: ["banyan completion fish > ~/.config/fish/completions/banyan.fish   # once"],
		ends: ["clean"],
		settings: []
	}
};

/** Two columns, the first as wide as the longest of it. */
function columns(rows: readonly (readonly [term: string, says: string])[]): string[] {
	const width = Math.max(...rows.map(([term]) => term.length)) + 2;
	return rows.map(([term, says]) => `${term.padEnd(width)}${says}`);
}

const part = (title: string, lines: readonly string[]): string[] =>
	lines.length === 0 ? [] : ["", `${title}:`, ...lines.map(line => `  ${line}`)];

/** What stands below the options of a command; empty where it only leads to others. */
export function helpAfter(words: string): string {
	const help = HELP[words];
	if (!help) return "";
	return [
		...part("Examples", help.examples),
		...part(
			"Exit codes",
			help.ends.map(end => `${String(ENDS[end][0]).padEnd(5)}${ENDS[end][1]}`)
		),
		...part("Settings, from the environment", columns(help.settings.map(name => [name, SETTINGS[name]])))
	].join("\n");
}
