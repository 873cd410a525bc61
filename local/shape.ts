/** What a cluster on one machine consists of: which processes, in which order, with which ports. Pure. */

/** In the order in which they start; they stop the other way round. */
export const KINDS = ["nats", "redis", "database", "node", "gateway", "prometheus"] as const;
export type Kind = (typeof KINDS)[number];

/** Its nodes find each other by it. */
export const NAMESPACE = "local";

/** Services that stand and fall together. */
export const GROUPS = {
	stages: ["extractor", "transformer", "validator", "importer", "verifier"],
	migration: ["migration", "links", "subscriptions"],
	access: ["access", "config", "events", "flags", "idempotency", "routes", "scheduler"],
	// Apart: what hashes passwords is not what looks a key up.
	people: ["auth", "guesses", "legacy", "mail", "mfa", "oidc", "passkeys", "sessions", "signing", "users"],
	gateway: ["gateway"]
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Group = keyof typeof GROUPS;

/** How many processes there are of each. */
export interface Shape {
	readonly nats: number;
	readonly nodes: Readonly<Record<Group, number>>;
	/** Whether Prometheus watches it; not, where it is not installed. */
	readonly prometheus?: boolean;
}

/** JetStream keeps what most of its servers hold: of three one may die. */
export const CLUSTER: Shape = {
	nats: 3,
	nodes: { stages: 2, migration: 2, access: 2, people: 2, gateway: 2 },
	prometheus: true
};

/** What of each group somebody may want on one machine. */
const MOST = 16;

/** `stages=4,gateway=3`: another number of some groups. Undefined for anything else. */
export function shapeIn(text: string, base: Shape): Shape | undefined {
	const parts = text.split(",").map(part => /^(\w+)=(\d{1,2})$/.exec(part.trim()) ?? []);
	const whole = parts.every(([, group = "", count]) => Object.hasOwn(GROUPS, group) && isCount(Number(count)));
	if (!whole) return undefined;
	const changed = Object.fromEntries(parts.map(([, group = "", count]) => [group, Number(count)]));
	return { ...base, nodes: { ...base.nodes, ...changed } };
}

const isCount = (count: number): boolean => count >= 1 && count <= MOST;

/** A member of the cluster, by its name. */
export interface Member {
	readonly name: string;
	readonly kind: Kind;
	readonly group?: Group;
	/** The ports that it listens on, by what comes in there. */
	readonly listens: readonly string[];
}

const numbered = (name: string, count: number): string[] =>
	Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);

/** All of them, in the order in which they start. */
export function membersOf({ nats, nodes, prometheus = false }: Shape): Member[] {
	const groups = Object.keys(GROUPS).filter(group => group in nodes) as Group[];
	const started = groups.flatMap(group =>
		numbered(group, nodes[group]).map(name => ({
			name,
			group,
			kind: group === "gateway" ? ("gateway" as const) : ("node" as const),
			listens: group === "gateway" ? ["http"] : []
		}))
	);
	return [
		...numbered("nats", nats).map(name => ({ name, kind: "nats" as const, listens: ["clients", "routes", "monitor"] })),
		{ name: "redis", kind: "redis", listens: ["clients"] },
		{ name: "database", kind: "database", listens: ["clients"] },
		...started,
		...(prometheus ? [{ name: "prometheus", kind: "prometheus" as const, listens: ["http"] }] : [])
	];
}

/** What a member that is a node is called among nodes: by its group, for which NATS knows it. */
export const nodeIdOf = ({ name, group }: Pick<Member, "name" | "group">): string =>
	group === undefined ? name : `${group}.${name.slice(group.length + 1)}`;

/** The name of a port, as it stands in the state file. */
export const portName = ({ name }: Pick<Member, "name">, what: string): string => `${name}.${what}`;

/** Every port that the cluster listens on, by name. */
export const portsOf = (members: readonly Member[]): string[] =>
	members.flatMap(member => member.listens.map(what => portName(member, what)));
