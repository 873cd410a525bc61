import { CONTRACTS } from "../../../contracts/cluster";
import { CLUSTER, GROUPS, KINDS, membersOf, portsOf, shapeIn } from "../../../local/shape";

it("every service of Banyan runs in one group", () => {
	const grouped = Object.values(GROUPS).flat();
	expect([...grouped].sort()).toEqual(CONTRACTS.map(({ name }) => name).sort());
});

it("two of each group, three NATS servers, Redis, a database and what watches them, none before what it needs", () => {
	const members = membersOf(CLUSTER);
	expect(members.map(({ name }) => name)).toEqual([
		"nats-1",
		"nats-2",
		"nats-3",
		"redis",
		"database",
		"stages-1",
		"stages-2",
		"migration-1",
		"migration-2",
		"access-1",
		"access-2",
		"people-1",
		"people-2",
		"gateway-1",
		"gateway-2",
		"prometheus"
	]);
	const order = members.map(({ kind }) => KINDS.indexOf(kind));
	expect(order).toEqual([...order].sort((a, b) => a - b));
});

it("a port for all that comes in, each of another name", () => {
	const ports = portsOf(membersOf(CLUSTER));
	expect(ports).toHaveLength(3 * 3 + 1 + 1 + 2 + 1);
	expect(new Set(ports).size).toBe(ports.length);
});

it("without Prometheus, where that is not installed", () => {
	const { prometheus: _, ...before } = CLUSTER;
	for (const shape of [{ ...CLUSTER, prometheus: false }, before])
		expect(membersOf(shape).map(({ kind }) => kind)).not.toContain("prometheus");
});

it("CLUSTER_NODES says another number of some groups", () => {
	expect(shapeIn("stages=4, gateway=3", CLUSTER)?.nodes).toEqual({
		stages: 4,
		migration: 2,
		access: 2,
		people: 2,
		gateway: 3
	});
});

it.each(["stages", "stages=0", "stages=17", "some=2", "stages=4;gateway=3", "stages=-1", "", "toString=2"])(
	"'%s' is no shape",
	text => {
		expect(shapeIn(text, CLUSTER)).toBeUndefined();
	}
);
