/**
 * Admins, Marzneshin → Marzban by API: the name crosses; passwords, rights per service and prefixes do not. Nobody gets
 * more power than at the source (L34): who is disabled there has the least that keeps their users theirs, an account
 * without sudo whose password nobody knows.
 */

import type { Json } from "../../../contracts/json";
import type { Loss } from "../../../contracts/migration/records";
import type { FieldMapping } from "../../../contracts/migration/transformer";
import type { Converter, StreamMapping } from "../mapping";
import type { Context } from "./context";
import type { LossCode, LossSeverity } from "./losses";
import { isAdminName, lost, refuse } from "./values";

const row = (to: string | null, from: string, convert: string): FieldMapping => ({
	to,
	from: from.split(" "),
	convert
});

const rows: readonly FieldMapping[] = [
	row("username", "username", "name"),
	row("is_sudo", "is_sudo enabled", "sudo"),
	row("enabled", "enabled", "enabled"),
	row(null, "service_ids all_services_access is_sudo enabled", "access"),
	row(null, "modify_users_access is_sudo enabled", "readOnly"),
	row(null, "subscription_url_prefix", "prefix"),
	row("users_usage", "users_data_usage", "usage")
];

const name: Converter<Context> = ({ username }) => {
	const value = String(username ?? "");
	if (isAdminName(value)) return { value };
	const reason = "Marzban's admins table holds 1 to 34 characters.";
	return refuse("name_refused", "username", value, reason);
};

const isDisabled = ({ enabled }: Json): boolean => enabled === false;

/** The API cannot edit or remove a sudo once made, so none is made: an undo must stay possible. The database can. */
const sudo: Converter<Context> = (data, { sudoers, database }) => {
	if (data.is_sudo !== true || isDisabled(data)) return { value: false };
	if (database || sudoers.includes(String(data.username))) return { value: true };
	const reason = "Without sudo at the target: one whom its API made could not be removed again.";
	return { value: false, ...loses("sudo_dropped", "is_sudo", "act", reason) };
};

/** Marzban knows no such field: it says how much power the record may have where somebody of that name stands. */
const enabled: Converter<Context> = data => {
	if (!isDisabled(data)) return {};
	const reason = `Marzban cannot disable an admin: this one has no sudo${data.is_sudo === true ? " any more" : ""} and a password that nobody knows, until you set one.`;
	return { value: false, ...loses("admin_locked", "enabled", "degraded", reason) };
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
	newSecrets: { fields: ["password"], file: "passwords", columns: ["username", "password"] },
	// A disabled one may log in nowhere at the source; the password they know would let them in, and so would a new one.
	keepsSecrets: (data, { database }) => database !== null && data.has_password === true && !isDisabled(data),
	withholds: isDisabled,
	converters: {
		name,
		sudo,
		enabled,
		access: when(
			data => data.all_services_access !== true && data.is_sudo !== true && !isDisabled(data),
			"service_access_gained",
			"service_ids",
			"act",
			"Marzban does not limit an admin to services: this one may open every inbound."
		),
		readOnly: when(
			data => data.modify_users_access === false && data.is_sudo !== true && !isDisabled(data),
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
