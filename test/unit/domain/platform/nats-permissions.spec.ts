import { CONTRACTS } from "../../../../contracts/cluster";
import { OPERATOR, type Permissions, permissionsOf, usersText } from "../../../../domain/platform/nats-permissions";
import { GROUPS } from "../../../../local/shape";

/** As NATS compares them: `*` is one token, `>` all that follow. */
function takes(pattern: string, subject: string): boolean {
	const [wanted, given] = [pattern.split("."), subject.split(".")];
	const open = wanted.at(-1) === ">";
	if (open ? given.length < wanted.length : given.length !== wanted.length) return false;
	return wanted.every((token, at) => token === ">" || token === "*" || token === given[at]);
}

const permissions = permissionsOf({ groups: GROUPS, contracts: CONTRACTS, namespace: "banyan" });
const of = (group: string): Permissions => permissions.get(group) as Permissions;
const says = (group: string, subject: string): boolean => of(group).publish.some(each => takes(each, subject));
const hears = (group: string, subject: string): boolean => of(group).subscribe.some(each => takes(each, subject));

const groups = Object.entries(GROUPS);
const groupOf = (service: string): string =>
	groups.find(([, services]) => (services as readonly string[]).includes(service))?.[0] ?? "";
const all = [...Object.keys(GROUPS), OPERATOR];
const pairs = all.flatMap(one => all.map(other => [one, other] as const));

/** Every call that a contract allows: who asks, and for what. */
const calls = CONTRACTS.flatMap(({ name, actions }) =>
	Object.entries(actions).flatMap(([key, { internal = ["gateway"] }]) =>
		[...internal.flatMap(each => (each === "*" ? CONTRACTS.map(any => any.name) : [each])), name].map(caller => ({
			caller: groupOf(caller),
			owner: groupOf(name),
			action: `${name}.${key}`
		}))
	)
);

it.each(calls)("$caller asks for $action and is answered", ({ caller, owner, action }) => {
	expect(says(caller, `MOL-banyan.REQ.${owner}.1`)).toBe(true);
	expect(hears(owner, `MOL-banyan.REQ.${owner}.1`)).toBe(true);
	expect(says(owner, `MOL-banyan.RES.${caller}.1`)).toBe(true);
	expect(hears(caller, `MOL-banyan.RES.${caller}.1`)).toBe(true);
	expect(says(caller, `MOL-banyan.REQB.${action}`)).toBe(true);
	expect(hears(owner, `MOL-banyan.REQB.${action}`)).toBe(true);
});

it.each(pairs)("%s says to %s what nodes say of themselves", (one, other) => {
	for (const kind of ["INFO", "DISCOVER", "PING", "PONG"]) {
		expect(says(one, `MOL-banyan.${kind}.${other}.1`)).toBe(true);
		expect(hears(other, `MOL-banyan.${kind}.${other}.1`)).toBe(true);
	}
});

it.each(pairs.filter(([one, other]) => one !== other))("%s hears nothing that is for %s", (one, other) => {
	for (const kind of ["REQ", "RES", "EVENT", "INFO", "DISCOVER", "PING", "PONG", "GONE"])
		expect(hears(one, `MOL-banyan.${kind}.${other}.1`)).toBe(false);
	expect(hears(one, `_INBOX_${other}.ABC.1`)).toBe(false);
	expect(hears(one, `_INBOX.ABC.1`)).toBe(false);
});

/** A group asks another one if, and only if, some contract says so; the gateways and operators ask all. */
it.each(pairs.filter(([one]) => one !== "gateway" && one !== OPERATOR))(
	"%s asks %s where a contract says so",
	(one, other) => {
		const allowed = calls.some(({ caller, owner }) => caller === one && owner === other);
		expect(says(one, `MOL-banyan.REQ.${other}.1`)).toBe(allowed);
	}
);

it("stages cannot ask for a migration, whoever they say they are", () => {
	expect(says("stages", "MOL-banyan.REQ.migration.1")).toBe(false);
	expect(says("stages", "MOL-banyan.REQB.migration.start")).toBe(false);
	// It has what is kept sealed anew, as the contract says; what else it asks of a node is refused there (decision 44).
	expect(says("access", "MOL-banyan.REQ.migration.1")).toBe(true);
	expect(says("access", "MOL-banyan.REQB.migration.start")).toBe(false);
	expect(says("migration", "MOL-banyan.REQ.people.1")).toBe(false);
});

it("what every service follows is asked for by all, and nothing else of who keeps it", () => {
	for (const group of Object.keys(GROUPS)) expect(says(group, "MOL-banyan.REQB.config.snapshot")).toBe(true);
	for (const group of ["stages", "migration"]) expect(says(group, "MOL-banyan.REQB.access.check")).toBe(false);
});

it("events are told by those who announce some", () => {
	expect(all.filter(group => says(group, "MOL-banyan.EVENT.gateway.1"))).toEqual([
		"migration",
		"access",
		"people",
		"gateway"
	]);
});

it("JetStream is theirs who keep events, each store its own; nobody takes anything away", () => {
	const append = (group: string, store: string): boolean => says(group, `EVENTS.${store}.migration.panel`);
	expect(all.filter(group => append(group, "banyan"))).toEqual(["migration", OPERATOR]);
	expect(all.filter(group => append(group, "banyan-announcements"))).toEqual([
		"migration",
		"access",
		"people",
		OPERATOR
	]);
	expect(all.filter(group => says(group, "EVENTS.banyan.secret.cluster"))).toEqual([
		"migration",
		"access",
		"people",
		OPERATOR
	]);
	for (const verb of ["DELETE", "PURGE", "UPDATE", "MSG.DELETE", "RESTORE", "SNAPSHOT", "LEADER.STEPDOWN"])
		for (const group of all) expect(says(group, `$JS.API.STREAM.${verb}.EVENTS_banyan`)).toBe(false);
	expect(of("stages").publish.filter(each => /JS|EVENTS/.test(each))).toEqual([]);
	expect(of("gateway").publish.filter(each => /JS|EVENTS/.test(each))).toEqual([
		"$JS.API.INFO",
		"$JS.API.STREAM.INFO.EVENTS_banyan"
	]);
});

it("another namespace is another world", () => {
	for (const group of all)
		for (const subject of ["MOL-other.REQ.stages.1", "MOL-other.INFO", "EVENTS.other.migration.panel"])
			expect([says(group, subject), hears(group, subject)]).toEqual([false, false]);
});

it("a group with a service that nobody knows is an error", () => {
	const groups = { stages: ["extractor", "extractr"] };
	expect(() => permissionsOf({ groups, contracts: CONTRACTS, namespace: "banyan" })).toThrow(
		"There is no contract 'extractr': correct the services of its group."
	);
});

it("NATS knows each by the subject of its certificate", () => {
	expect(usersText(permissions).match(/user: "[^"]+"/g)).toEqual(all.map(group => `user: "CN=${group}"`));
});
