/** Admins, Marzneshin → Marzban by API: the name crosses; passwords, rights per service and prefixes do not. */

import type { Json } from "../../../contracts/json";
import type { Loss } from "../../../contracts/migration/records";
import type { FieldMapping } from "../../../contracts/migration/transformer";
import type { Converter, StreamMapping } from "../mapping";
import type { Context } from "./context";
import type { LossCode, LossSeverity } from "./losses";
import { lost, refuse } from "./values";

const row = (to: string | null, from: string, convert: string): FieldMapping => ({
	to,
	from: from.split(" "),
	convert
});

const rows: readonly FieldMapping[] = [
	row("username", "username", "name"),
	row("is_sudo", "is_sudo", "sudo"),
	row(null, "enabled", "enabled"),
	row(null, "service_ids all_services_access is_sudo", "access"),
	row(null, "modify_users_access is_sudo", "readOnly"),
	row(null, "subscription_url_prefix", "prefix"),
	row("users_usage", "users_data_usage", "usage")
];

/** Marzban stores up to 34 characters and checks nothing; an empty name is ours to refuse. */
const name: Converter<Context> = ({ username }) => {
	const value = String(username ?? "");
	if (value.length >= 1 && value.length <= 34) return { value };
	const reason = "Marzban's admins table holds 1 to 34 characters.";
	return refuse("name_refused", "username", value, reason);
};

/** The API cannot edit or remove a sudo once made, so none is made: an undo must stay possible. The database can. */
const sudo: Converter<Context> = (data, { sudoers, database }) => {
	if (database) return { value: data.is_sudo === true };
	const there = sudoers.includes(String(data.username));
	if (data.is_sudo !== true || there) return { value: there };
	return {
		value: false,
		...loses("sudo_dropped", "is_sudo", "act", "Created without sudo: a sudo could not be removed again.")
	};
};

const loses = <C extends LossCode>(
	code: C,
	field: string,
	severity: LossSeverity<C>,
	reason: string
): { losses: Loss[] } => ({ losses: [lost(code, field, severity, reason)] });

const when =
	<C extends LossCode>(
		holds: (data: Json) => boolean,
		code: C,
		field: string,
		severity: LossSeverity<C>,
		reason: string
	): Converter<Context> =>
	data =>
		holds(data) ? loses(code, field, severity, reason) : {};

const usageLost = when(
	data => BigInt(String(data.users_data_usage ?? "0")) > 0n,
	"usage_dropped",
	"users_data_usage",
	"info",
	"The counter begins anew."
);

export const admins: StreamMapping<Context> = {
	rows,
	nameField: "username",
	newSecrets: ["password"],
	// A disabled one may log in nowhere at the source; the password he knows would let him in.
	keepsSecrets: (data, { database }) => database !== null && data.has_password === true && data.enabled !== false,
	converters: {
		name,
		sudo,
		enabled: when(
			data => data.enabled === false,
			"admin_enabled",
			"enabled",
			"act",
			"Marzban cannot disable an admin: keep the new password to yourself."
		),
		access: when(
			data => data.all_services_access !== true && data.is_sudo !== true,
			"service_access_gained",
			"service_ids",
			"act",
			"Marzban does not limit an admin to services: this one may open every inbound."
		),
		readOnly: when(
			data => data.modify_users_access === false && data.is_sudo !== true,
			"modify_access_gained",
			"modify_users_access",
			"act",
			"Marzban has no read-only admins: this one may change users."
		),
		prefix: when(
			data => String(data.subscription_url_prefix ?? "") !== "",
			"prefix_dropped",
			"subscription_url_prefix",
			"degraded",
			"Marzban has one subscription address for all."
		),
		usage: (data, context, row) =>
			context.database ? { value: String(data.users_data_usage ?? "0") } : usageLost(data, context, row)
	}
};
