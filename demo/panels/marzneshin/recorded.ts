/** What a real source panel answered, as the sample starts with it; integers stay exact. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Body, isBody, type Json, parseJson } from "../json";
import type { Cell } from "../store";

const known = new Map<string, Json>();

/** Once a process: most start more than one panel. */
function read(name: string): Json {
	const file = join(__dirname, `../recorded/marzneshin-${name}.json`);
	const value = known.get(name) ?? parseJson(readFileSync(file, "utf8"));
	known.set(name, value);
	return value;
}

/** The items of one recorded list. */
export function recorded(name: "users" | "services" | "inbounds" | "hosts" | "nodes" | "admins"): Body[] {
	const items = read(name);
	return Array.isArray(items) ? items.filter(isBody) : [];
}

export function recordedSettings(): Body {
	const settings = read("subscription-settings");
	return isBody(settings) ? settings : {};
}

/** A cell as SQLite takes it. */
export function cell(value: Json | undefined): Cell {
	if (typeof value === "boolean") return Number(value);
	return value === undefined || typeof value === "object" ? null : value;
}

export const ids = (value: Json | undefined): number[] =>
	Array.isArray(value) ? value.flatMap((id: Json) => (typeof id === "number" ? [id] : [])) : [];
