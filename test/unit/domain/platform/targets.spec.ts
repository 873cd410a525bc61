import { groupOf, targetsOf } from "../../../../domain/platform/targets";

const place = { scheme: "http", host: "10.0.0.7", port: 9464 };
const node = (id: string, metrics: unknown = place, more: object = {}) => ({ id, metadata: { metrics, ...more } });

it("lists each node that has a port for metrics, as Prometheus takes it", () => {
	const services = ["importer", "$node", "extractor"].map(name => ({ name }));
	const nodes = [
		node("stages-2", { ...place, host: "2001:db8::1", scheme: "https" }),
		{ ...node("stages-1", place, { version: "1.2.3" }), services },
		{ id: "old-1" }
	];
	const labels = { group: "stages", __scheme__: "http", __meta_banyan_version: "1.2.3" };
	expect(targetsOf(nodes)).toEqual([
		{
			targets: ["10.0.0.7:9464"],
			labels: { ...labels, node: "stages-1", __meta_banyan_services: ",extractor,importer," }
		},
		{
			targets: ["[2001:db8::1]:9464"],
			labels: {
				...{ ...labels, node: "stages-2", __scheme__: "https" },
				...{ __meta_banyan_version: "unknown", __meta_banyan_services: ",," }
			}
		}
	]);
});

it.each([
	["nothing", null],
	["text", "10.0.0.7:9464"],
	["no port", { ...place, port: 0 }],
	["a port that is none", { ...place, port: 70_000 }],
	["a port in words", { ...place, port: "9464" }],
	["a host that is a path", { ...place, host: "a/b" }],
	["a host with a port", { ...place, host: "[::1]:9464" }]
])("passes on nothing where a node says %s", (_, said) => {
	expect(targetsOf([node("one", said)])).toEqual([]);
});

it.each([
	["stages-1", "stages"],
	["stages", "stages"],
	["gateway-12", "gateway"],
	["eu-west-stages-3", "eu-west-stages"],
	["stages-7d9c5b8f6d-x2x9z", "stages"],
	["stages.vm-1-4711", "stages"],
	["vm.example.com-4711", "vm"],
	["-1", "-1"]
])("the group of %s is %s", (id, group) => expect(groupOf(id)).toBe(group));
