import type { Json } from "../../../../contracts/json";
import type { Transformed } from "../../../../contracts/migration/records";
import recorded from "../../../../demo/panels/recorded/marzneshin-hosts.json";
import { transform } from "../../../../domain/migration/mapping";
import { nodes, settings } from "../../../../domain/migration/marzneshin-to-marzban/by-hand";
import { type HostContext, hosts } from "../../../../domain/migration/marzneshin-to-marzban/hosts";
import { services } from "../../../../domain/migration/marzneshin-to-marzban/services";

const context: HostContext = {
	inbounds: {
		1: { sourceTag: "VLESS TCP", protocol: "vless", tag: "VLESS NEW" },
		2: { sourceTag: "gone", protocol: "vless", tag: null },
		3: { sourceTag: "hy", protocol: "hysteria2", tag: null }
	}
};
const host: Json = { ...(recorded[0] as unknown as Json), address: "de.example", inbound_id: 1 };
const moved = (fields: Json = {}): Transformed =>
	transform(hosts, { id: "1", name: "x", data: { ...host, ...fields } }, context);
const said = (fields: Json): Json => moved(fields).target?.data ?? {};

describe("a host", () => {
	it("crosses to its inbound's tag as it is, without a loss", () => {
		const { target, losses } = moved({ port: 443, sni: "a,b", path: "/{USERNAME}", security: "tls" });
		expect(losses).toEqual([]);
		expect(target).toMatchObject({
			name: expect.stringMatching(/^VLESS NEW \/ 🚀 \{USERNAME\} \[\{PROTOCOL\}\] #[0-9a-f]{10}$/),
			data: { tag: "VLESS NEW", port: 443, sni: "a,b", host: null, path: "/{USERNAME}", security: "tls" }
		});
	});

	it.each(["h2", "h3", "http/1.1", "h2,http/1.1", "h3,h2", "h3,h2,http/1.1"])("keeps ALPN %s", alpn => {
		expect(said({ alpn })).toMatchObject({ alpn });
	});
	it("says no ALPN by an empty text", () => expect(said({ alpn: "none" })).toMatchObject({ alpn: "" }));

	it("writes a fragment and noises as Marzban spells them", () => {
		const fragment = { packets: "tlshello", length: "10-100", interval: "100-200" };
		const noise = [
			{ type: "rand", packet: "10-20", delay: "100-200" },
			{ type: "base64", packet: "7nQ=", delay: "5" }
		];
		expect(said({ fragment, noise })).toMatchObject({
			fragment_setting: "10-100,100-200,tlshello",
			noise_setting: "rand:10-20,100-200&base64:7nQ=,5"
		});
		expect(said({ fragment: null, noise: [] })).toMatchObject({ fragment_setting: null, noise_setting: null });
	});

	it.each([
		["a fragment of five digits", { fragment: { packets: "1-3", length: "10000", interval: "1" } }, "fragment_dropped"],
		["a noise with a separator in it", { noise: [{ type: "str", packet: "a&b", delay: "1" }] }, "noise_dropped"],
		["mux with numbers", { mux_settings: { protocol: "mux_cool" } }, "mux_settings_dropped"],
		["a chain", { chain_ids: [10] }, "chain_dropped"],
		["some services alone", { service_ids: [6] }, "host_services_gained"],
		["a weight", { weight: 7 }, "weight_dropped"],
		["a UUID of its own", { uuid: "00000000-0000-4000-8000-000000000001" }, "host_credentials_dropped"],
		["headers", { http_headers: { "X-Test": "1" } }, "http_headers_dropped"],
		["the panel's own address", { address: "{SERVER_IP}" }, "server_address"],
		["a client's print that Marzban lacks", { fingerprint: "opera" }, "fingerprint_dropped"]
	])("with %s is moved with that on record", (_what, fields, code) => {
		expect(moved(fields as Json)).toMatchObject({ losses: [{ code }], target: {} });
	});

	it.each([
		["no inbound", { inbound_id: null, universal: true }, "host_unbound"],
		["an inbound that the target lacks", { inbound_id: 2 }, "no_inbound"],
		["a protocol that Marzban lacks", { inbound_id: 3 }, "no_inbound"],
		["an inbound made since the plan", { inbound_id: 99 }, "no_inbound"],
		["braces that are no variable", { remark: "{USERNAME" }, "host_refused"],
		["a variable without a name", { remark: "{} {0}" }, "host_refused"]
	])("with %s waits for a human", (_what, fields, category) => {
		expect(moved(fields as Json)).toMatchObject({ quarantine: { category } });
	});

	it("keeps its name while only its TLS changes, and has another one where it leads elsewhere", () => {
		const name = (fields: Json) => moved(fields).target?.name;
		expect(name({ alpn: "h2", is_disabled: true, weight: 2 })).toBe(name({}));
		expect(new Set([{}, { address: "nl.example" }, { port: 1 }, { sni: "a" }, { remark: "b" }].map(name)).size).toBe(5);
	});

	it("with no credentials of its own in what is told of it", () => {
		const told = JSON.stringify(moved({ uuid: "00000000-0000-4000-8000-000000000001", password: "hidden" }));
		expect(told).not.toMatch(/hidden|00000000-0000-4000/);
	});
});

describe("a service", () => {
	const open = { sourceTag: "A", protocol: "vless", tag: "A", flow: "" };
	const known = { services: { 1: [open, open], 2: [open, { ...open, sourceTag: "B", tag: null }], 3: [] } };
	const template = (data: Json) =>
		transform(services, { id: String(data.id), name: "x", data }, { ...known, sharedServiceNames: ["twin"] });

	it("becomes a template of its name and tags", () => {
		expect(template({ id: 1, name: "طلایی" })).toMatchObject({
			target: { name: "طلایی", data: { name: "طلایی", inbounds: { vless: ["A"] } } },
			losses: []
		});
	});

	it.each([
		["Twin", "Twin (1)"],
		[null, "service (1)"],
		["", "service (1)"],
		["🚀".repeat(65), `${"🚀".repeat(60)} (1)`]
	])("named %s is '%s' there", (name, expected) => {
		expect(template({ id: 1, name })).toMatchObject({
			target: { name: expected },
			losses: [{ code: "service_renamed" }]
		});
	});

	it("loses tags that the target lacks, and waits when none is left", () => {
		expect(template({ id: 2, name: "b" })).toMatchObject({ target: {}, losses: [{ code: "inbound_dropped" }] });
		expect(template({ id: 3, name: "c" })).toMatchObject({ quarantine: { category: "no_inbound" } });
	});
});

it("nodes and settings say what to do by hand", () => {
	const node = { name: "de", address: "203.0.113.10", usage_coefficient: 1.5 };
	const told = transform(nodes, { id: "1", name: "de", data: node }, {}).quarantine;
	expect(told).toMatchObject({
		category: "by_hand",
		reason: expect.stringMatching(/'de', address 203.0.113.10, .* 1.5/)
	});
	const panel = { profile_title: 'Sup"port', support_link: "t.me/support", update_interval: 12 };
	const { quarantine } = transform(settings, { id: "1", name: "subscription", data: panel }, {});
	expect(quarantine).toMatchObject({ category: "by_hand" });
	expect(quarantine?.reason).toContain(
		'SUB_PROFILE_TITLE="Sup\\"port" SUB_SUPPORT_URL="https://t.me/support" SUB_UPDATE_INTERVAL="12"'
	);
});
