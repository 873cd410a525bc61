/** Settings as they are set for the cluster, and as nodes go by them. */

import type { JsonValue } from "../../contracts/json";
import type { ConfigDiff, ConfigEnvironment, ConfigSetting } from "../../contracts/platform/config-forms";
import type { NodeFollowing, NodeSetting } from "../../contracts/platform/node-settings";
import type { Revision } from "../../contracts/revisions";
import { jsonText } from "../../domain/text/json";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { type Flags, paper, print, printJson } from "../command";
import { EXIT } from "../exit";
import { page } from "../terminal/marks";
import { type Column, table } from "../terminal/table";
import { clock } from "../text/words";
import { wholeOf } from "./flags";

/** What of the flags says whose settings are meant. */
export const environmentIn = ({ environment }: Flags): { environment?: string } =>
	environment === undefined ? {} : { environment };

const tabled = (client: Client, columns: readonly Column[], rows: readonly string[][]): string =>
	page(
		table(
			columns,
			rows.map(row => row.map(shown)),
			paper(client)
		)
	);

const momentOr = (at: string | null): string => (at === null ? "-" : clock(at));
/** A text as it is; all else as JSON. */
export const valueText = (value: JsonValue): string =>
	value === "" ? '""' : typeof value === "string" ? value : jsonText(value);

export async function listConfig(client: Client, { json }: Flags): Promise<number> {
	const all = await client.call("config.list", {});
	if (json) printJson(all);
	else {
		const rows = all.services.map(({ service, settings }) => [
			service,
			String(settings),
			setOf(all.environments, service)
		]);
		print(tabled(client, SERVICES, rows));
		print(all.environments.map(environmentLine).join("\n") || "Nothing is set for the cluster.");
	}
	return EXIT.clean;
}
const SERVICES = [{ title: "service" }, { title: "settings", right: true }, { title: "set", gives: true }];
const setOf = (all: readonly ConfigEnvironment[], service: string): string =>
	all.flatMap(({ environment, set }) => (set[service] ?? []).map(key => `${key} (${environment})`)).join(", ");
const environmentLine = ({ environment, revision, at }: ConfigEnvironment): string =>
	shown(`${environment}: revision ${revision}, ${momentOr(at)}`);

export async function showConfig(client: Client, service: string, flags: Flags): Promise<number> {
	const config = await client.call("config.get", { service, ...environmentIn(flags) });
	if (flags.json) printJson(config);
	else {
		print(tabled(client, SETTINGS, config.settings.map(settingRow)));
		print(shown(`${config.environment}: revision ${config.revision}`));
	}
	return EXIT.clean;
}
const SETTINGS = [
	{ title: "setting" },
	{ title: "is" },
	{ title: "from" },
	{ title: "set" },
	{ title: "holds" },
	{ title: "must be", gives: true }
];
const settingRow = ({ key, value, from, set, applies, must }: ConfigSetting): string[] => [
	key,
	isSecret(set) ? "a secret" : valueText(value),
	from,
	set === null || isSecret(set) ? "-" : valueText(set),
	APPLIES[applies],
	must
];
const isSecret = (set: JsonValue): boolean => set !== null && typeof set === "object" && "secret" in set;
const APPLIES: Readonly<Record<ConfigSetting["applies"], string>> = {
	live: "live",
	restart: "at a start",
	environment: "not set here"
};

export async function configHistory(client: Client, flags: Flags): Promise<number> {
	const { after } = flags;
	const asked = { limit: wholeOf(flags.limit ?? "20", "--limit"), ...(after !== undefined && { after }) };
	const found = await client.call("config.history", { ...environmentIn(flags), ...asked });
	if (flags.json) printJson(found);
	else if (found.items.length === 0) print("Nothing was ever set.");
	else print(tabled(client, REVISIONS, found.items.map(revisionRow)));
	return EXIT.clean;
}
const REVISIONS = [
	{ title: "revision", right: true },
	{ title: "at" },
	{ title: "by" },
	{ title: "why", gives: true },
	{ title: "hash" }
];
const revisionRow = ({ revision, at, author, reason, hash }: Revision): string[] => [
	String(revision),
	momentOr(at),
	author ?? "the operator",
	reason ?? "",
	hash.slice(0, 12)
];

export async function diffConfig(client: Client, from: string, to: string, flags: Flags): Promise<number> {
	const [before, revision] = [wholeOf(from, "The revision"), wholeOf(to, "The revision")];
	// Without `from` it is the one before: so 0, which is nothing, may stand there too.
	const found = await client.call("config.diff", {
		...environmentIn(flags),
		revision,
		...(before !== revision - 1 && { from: before })
	});
	if (flags.json) printJson(found);
	else print(changesText(client, found.changes));
	return EXIT.clean;
}

/** What a change or a rollback changed, as a table. */
export const changesText = (client: Client, changes: ConfigDiff["changes"]): string =>
	changes.length === 0 ? "All is set alike." : tabled(client, CHANGES, changes.map(changeRow));
const CHANGES = [{ title: "setting" }, { title: "change" }, { title: "before", gives: true }, { title: "after" }];
const changeRow = ({ path, kind, before, after, secret }: ConfigDiff["changes"][number]): string[] => [
	path.join("."),
	kind,
	...(secret
		? ["never shown", "never shown"]
		: [kind === "added" ? "-" : valueText(before), kind === "removed" ? "-" : valueText(after)])
];

export async function explainSetting(client: Client, key: string, { json }: Flags): Promise<number> {
	const nodes = await client.call("gateway.explain", { key });
	if (json) printJson(nodes);
	else {
		print(tabled(client, NODES, nodes.map(nodeRow)));
		print("A node's environment comes first, then what is set for the cluster, then the default.");
	}
	return EXIT.clean;
}
const NODES = [
	{ title: "node" },
	{ title: "is" },
	{ title: "from" },
	{ title: "overrides", gives: true },
	{ title: "holds" },
	{ title: "at its next start" },
	{ title: "revision", right: true }
];
const nodeRow = ({ node, value, from, overridden, applies, pending, revision }: NodeSetting): string[] => [
	node,
	valueText(value),
	from,
	overridden.map(each => `${each.from}: ${valueText(each.value)}`).join(", ") || "-",
	APPLIES[applies],
	pending === null ? "-" : valueText(pending),
	String(revision)
];

export async function nodesFollowing(client: Client, { json }: Flags): Promise<number> {
	const nodes = await client.call("gateway.following", {});
	if (json) printJson(nodes);
	else print(tabled(client, FOLLOWING, nodes.flatMap(followingRows)));
	return EXIT.clean;
}
const FOLLOWING = [
	{ title: "node" },
	{ title: "of" },
	{ title: "revision", right: true },
	{ title: "hash" },
	{ title: "by" },
	{ title: "stale since" },
	{ title: "why", gives: true }
];
const followingRows = ({ node, sets }: NodeFollowing): string[][] =>
	sets === null
		? [[node, "it does not answer"]]
		: sets.map(({ set, revision, hash, origin, staleSince, why }) => [
				node,
				set,
				String(revision),
				hash.slice(0, 12),
				origin,
				momentOr(staleSince),
				why ?? ""
			]);
