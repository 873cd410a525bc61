/**
 * Services, Marzneshin → Marzban: a template of users, of the same name, that opens the same tags. What a service gives a
 * user is already in each user's own inbounds; a template serves whoever makes new ones.
 */

import { listIn, tableIn } from "../../../contracts/json";
import type { FieldMapping } from "../../../contracts/migration/transformer";
import { own } from "../../own";
import { fold } from "../folding";
import type { Converter, Facts, StreamMapping } from "../mapping";
import type { Context } from "./context";
import { lost, refuse, text } from "./values";

/** What a mapping of services knows beside the rest. */
export interface ServiceContext extends Pick<Context, "services" | "naming"> {
	/** Names that more than one service has, as the target takes them. */
	readonly sharedServiceNames: readonly string[];
}

export function serviceContextOf(
	source: Facts,
	{ naming }: Pick<Context, "naming">
): Pick<ServiceContext, "sharedServiceNames"> {
	const names = listIn(source.services).map(service => fold(text(tableIn(service).name), naming?.services ?? "loose"));
	return { sharedServiceNames: [...new Set(names.filter((name, index) => names.indexOf(name) !== index))] };
}

const LONGEST = 64;

const row = (to: string | null, from: string, convert: string): FieldMapping => ({
	to,
	from: from.split(" "),
	convert
});

/** A name that is missing, shared or too long ends in the id of its service, which is nobody else's (L9). */
const name: Converter<ServiceContext> = (data, { sharedServiceNames, naming }) => {
	const given = text(data.name);
	const letters = [...given];
	const isShared = sharedServiceNames.includes(fold(given, naming?.services ?? "loose"));
	if (given !== "" && letters.length <= LONGEST && !isShared) return { value: given };
	const suffix = ` (${data.id})`;
	const value = `${letters.slice(0, LONGEST - suffix.length).join("") || "service"}${suffix}`;
	const why = given === "" ? "it has none" : isShared ? "another service has it too" : "Marzban takes 64 characters";
	return { value, losses: [lost("service_renamed", "name", "info", `'${given}' is '${value}' there: ${why}.`)] };
};

const inbounds: Converter<ServiceContext> = (data, { services }) => {
	const routes = own(services, String(data.id)) ?? [];
	const tags = new Map<string, Set<string>>();
	const missing: string[] = [];
	for (const { protocol, tag, sourceTag } of routes) {
		if (tag === null) missing.push(`${sourceTag} (${protocol})`);
		else tags.set(protocol, (tags.get(protocol) ?? new Set()).add(tag));
	}
	const value = Object.fromEntries([...tags].map(([protocol, all]) => [protocol, [...all].sort()]));
	if (tags.size === 0) {
		const reason = "The target has none of its inbounds: users made from such a template might get all.";
		return refuse("no_inbound", "inbound_ids", missing.join(", "), reason);
	}
	if (missing.length === 0) return { value };
	const reason = `The target does not have ${[...new Set(missing)].join(", ")}.`;
	return { value, losses: [lost("inbound_dropped", "inbound_ids", "degraded", reason, String(missing.length))] };
};

export const services: StreamMapping<ServiceContext> = {
	nameField: "name",
	rows: [row("name", "name id", "name"), row("inbounds", "id inbound_ids", "inbounds")],
	converters: { name, inbounds }
};
