import type { Json } from "../../../../contracts/json";
import type { Transformed } from "../../../../contracts/migration/records";
import { transform } from "../../../../domain/migration/mapping";
import { admins } from "../../../../domain/migration/marzneshin-to-marzban/admins";
import type { Context } from "../../../../domain/migration/marzneshin-to-marzban/context";

const admin: Json = {
	username: "reseller",
	is_sudo: false,
	enabled: true,
	all_services_access: true,
	modify_users_access: true,
	service_ids: [],
	subscription_url_prefix: "",
	users_data_usage: "0"
};
const moved = (fields: Json, sudoers: string[] = []): Transformed =>
	transform(admins, { id: "1", name: "reseller", data: { ...admin, ...fields } }, { sudoers } as unknown as Context);

describe("an admin", () => {
	it("crosses by name, without a loss where they have no limits", () => {
		expect(moved({})).toMatchObject({ target: { data: { username: "reseller", is_sudo: false } }, losses: [] });
	});

	it.each([
		["is disabled", { enabled: false }, "admin_locked", "degraded"],
		["is disabled and sudo", { enabled: false, is_sudo: true }, "admin_locked", "degraded"],
		["is disabled and limited", { enabled: false, all_services_access: false }, "admin_locked", "degraded"],
		["is limited to services", { all_services_access: false, service_ids: [1] }, "service_access_gained", "act"],
		["has no service at all", { all_services_access: false, service_ids: [] }, "service_access_gained", "act"],
		["may only read", { modify_users_access: false }, "modify_access_gained", "act"],
		["is sudo", { is_sudo: true, all_services_access: false }, "sudo_dropped", "act"],
		["has their own address", { subscription_url_prefix: "https://sub.example" }, "prefix_dropped", "degraded"],
		["has a counter", { users_data_usage: "9007199254740993" }, "usage_dropped", "info"]
	])("who %s is moved with that on record", (_who, fields, code, severity) => {
		expect(moved(fields).losses).toMatchObject([{ code, severity }]);
	});

	it("who is sudo at the target already stays so", () => {
		expect(moved({ is_sudo: true }, ["reseller"])).toMatchObject({ target: { data: { is_sudo: true } }, losses: [] });
	});

	it.each([
		["", false],
		["مدیر", true],
		["x".repeat(34), true],
		["x".repeat(35), false]
	])("of the name '%s' is moved: %s", (username, fits) => expect(moved({ username }).target !== undefined).toBe(fits));

	it.each([
		["with both databases", { has_password: true }, { kind: "sqlite" }, true],
		["without the target's", { has_password: true }, null, false],
		["without a password there", { has_password: false }, { kind: "sqlite" }, false],
		["without the source's", {}, { kind: "sqlite" }, false],
		["who is disabled", { has_password: true, enabled: false }, { kind: "sqlite" }, false]
	])("%s keeps their password: no hash is in what is recorded", (_who, fields, database, keeps) => {
		const data = { ...admin, ...fields } as Json;
		const context = { sudoers: [], database } as unknown as Context;
		const { keepsSecrets = false, target } = transform(admins, { id: "1", name: "reseller", data }, context);
		expect(keepsSecrets).toBe(keeps);
		expect(target?.data).not.toHaveProperty("hashed_password");
	});
});
