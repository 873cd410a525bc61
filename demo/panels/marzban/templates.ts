/** User templates: a name, limits and the inbounds a new user would get. */
import { type Answer, json, notFound, Refusal } from "../answers";
import { type Call, objectOf } from "../call";
import type { Route } from "../http";
import { type Body, isBody } from "../json";
import { Rules } from "../rules";
import { breaksARule, type Row } from "../store";
import { asAdmin, asSudo, type Marzban } from "./marzban";
import { mustFit, rowNamed, TEMPLATE } from "./names";

interface Template {
	readonly row: Row;
	/** Undefined: as they are. */
	readonly tags: readonly string[] | undefined;
}

function read(call: Call): Template {
	const rules = new Rules(objectOf(call));
	const affix = (name: string): string | null => {
		const value = rules.text(name);
		if (value === "") rules.fail(name, "String should have at least 1 character");
		if (value && value.length > 20) rules.fail(name, "String should have at most 20 characters");
		return value ?? null;
	};
	const row = {
		name: rules.text("name") ?? null,
		data_limit: rules.whole("data_limit", 0) ?? null,
		expire_duration: rules.whole("expire_duration", 0) ?? null,
		username_prefix: affix("username_prefix"),
		username_suffix: affix("username_suffix")
	};
	rules.done();
	const inbounds = rules.body.inbounds;
	const tags = isBody(inbounds)
		? Object.values(inbounds).flatMap(list => (Array.isArray(list) ? list : []))
		: undefined;
	return { row, tags: tags?.map(tag => `${tag}`) };
}

function bind({ store, core }: Marzban, id: number, tags: readonly string[] | undefined): void {
	if (!tags) return;
	store.run("DELETE FROM template_inbounds_association WHERE user_template_id = ?", id);
	for (const tag of tags.filter(tag => core.inbound(tag)))
		store.insert("template_inbounds_association", { user_template_id: id, inbound_tag: tag });
}

function body({ store, core }: Marzban, row: Row): Body {
	const sql = "SELECT inbound_tag FROM template_inbounds_association WHERE user_template_id = ?";
	const tags = store.all<{ inbound_tag: string }>(sql, row.id ?? null).map(one => one.inbound_tag);
	const bound = core.protocols().map(name => [name, core.tags(name).filter(tag => tags.includes(tag))] as const);
	return {
		name: row.name ?? null,
		data_limit: row.data_limit ?? null,
		expire_duration: row.expire_duration ?? null,
		username_prefix: row.username_prefix ?? null,
		username_suffix: row.username_suffix ?? null,
		inbounds: Object.fromEntries(bound.filter(([, list]) => list.length > 0)),
		id: row.id ?? 0
	};
}

function found({ store }: Marzban, id: string | number): Row {
	const row = store.one("SELECT * FROM user_templates WHERE id = ?", id);
	if (!row) throw notFound("User Template not found");
	return row;
}

function saved(marzban: Marzban, call: Call, id?: number): Answer {
	const { row, tags } = read(call);
	const name = row.name === null ? undefined : `${row.name}`;
	const there = name === undefined ? undefined : rowNamed(marzban, TEMPLATE, name);
	mustFit(marzban.naming, { ...TEMPLATE, name: name ?? "" });
	if (there && there.id !== id) throw new Refusal(409, "Template by this name already exists");
	try {
		const kept = id ?? marzban.store.insert("user_templates", row);
		if (id !== undefined) marzban.store.update("user_templates", id, row);
		bind(marzban, kept, tags ?? (id === undefined ? [] : undefined));
		return json(body(marzban, found(marzban, kept)));
	} catch (error) {
		if (breaksARule(error)) throw new Refusal(409, "Template by this name already exists");
		throw error;
	}
}

export function templateRoutes(marzban: Marzban): Route[] {
	const path = "/api/user_template/:id";
	const one = (call: Call): Row => found(marzban, call.params.id ?? "");
	return [
		{
			method: "POST",
			path: "/api/user_template",
			json: true,
			cost: 1,
			answer: asSudo(marzban, call => saved(marzban, call))
		},
		{ method: "GET", path, answer: asAdmin(marzban, call => json(body(marzban, one(call)))) },
		{
			method: "PUT",
			path,
			json: true,
			cost: 1,
			answer: asSudo(marzban, call => saved(marzban, call, Number(one(call).id)))
		},
		{
			method: "DELETE",
			path,
			answer: asSudo(marzban, call => {
				const id = one(call).id ?? null;
				marzban.store.run("DELETE FROM template_inbounds_association WHERE user_template_id = ?", id);
				marzban.store.run("DELETE FROM user_templates WHERE id = ?", id);
				return json(null);
			})
		},
		{
			method: "GET",
			path: "/api/user_template",
			answer: asAdmin(marzban, () => {
				const rows = marzban.store.all("SELECT * FROM user_templates ORDER BY id");
				return json(rows.map(row => body(marzban, row)));
			})
		}
	];
}
