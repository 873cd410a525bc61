import { type NatsServer, natsConfig } from "../../../local/nats-config";

const servers: NatsServer[] = [1, 2, 3].map(nth => ({
	name: `nats-${nth}`,
	folder: `/data/with "quotes"/nats-${nth}`,
	clients: 20_000 + nth,
	routes: 21_000 + nth,
	monitor: 22_000 + nth
}));
const certificate = { ca: "/c/ca.crt", cert: "/c/nats.crt", key: "/c/nats.key" };
const secrets = { routes: "route-secret", certificate };
const config = natsConfig(servers[0] as NatsServer, servers, secrets);

it("listens on the loopback alone", () => {
	expect(config.match(/(?:listen|http): "[^"]+"/g)).toEqual([
		'listen: "127.0.0.1:20001"',
		'http: "127.0.0.1:22001"',
		'listen: "127.0.0.1:21001"'
	]);
});

it("knows the way to all of them", () => {
	for (const { routes } of servers) expect(config).toContain(`nats-route://routes:route-secret@127.0.0.1:${routes}`);
});

it("L11: each append is on the disk before it is acknowledged; the nodes can take away no stream", () => {
	expect(config).toContain("sync_interval: always");
	expect(config).not.toMatch(/STREAM\.(DELETE|PURGE|UPDATE|RESTORE|MSG\.DELETE)|JS\.API\.>/);
});

it("knows each group by its certificate, and lets nobody else in", () => {
	expect(config.match(/user: "CN=[^"]+"/g)).toEqual(
		["stages", "migration", "access", "people", "gateway", "operator", "system"].map(name => `user: "CN=${name}"`)
	);
	expect(config).toMatch(/^tls \{[^}]*verify_and_map: true/m);
	expect(config).toMatch(/^ {2}tls \{[^}]*verify: true/m);
	expect(config).not.toMatch(/no_auth_user|insecure/);
});

it("a path with quotes stays one text", () => {
	expect(config).toContain('store_dir: "/data/with \\"quotes\\"/nats-1"');
});
