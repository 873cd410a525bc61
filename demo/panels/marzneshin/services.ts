/** Services, inbounds, hosts and nodes. */
import { type Answer, failed, forbidden, json, notFound, Refusal } from "../answers";
import { type Call, objectOf } from "../call";
import type { Route } from "../http";
import { type Body, type Json, parseJson } from "../json";
import { Rules } from "../rules";
import type { Row } from "../store";
import { type AdminRow, asAdmin, asSudo, empty, type Marzneshin, servicesOf } from "./marzneshin";
import { paged } from "./pages";
import { ids } from "./recorded";
import { ofService } from "./user-lists";

export interface ServiceRow extends Row {
	id: number;
	name: string | null;
}

/** Every item carries the whole list of its users, whatever the page. */
export function shownServices({ store }: Marzneshin, rows: readonly ServiceRow[]): Body[] {
	const users = "SELECT user_id AS id FROM users_services JOIN users ON users.id = user_id AND NOT removed";
	const inbounds = "SELECT inbound_id AS id FROM inbounds_services";
	const list = (sql: string, service: number): number[] =>
		store.all<{ id: number }>(`${sql} WHERE service_id = ?`, service).map(row => row.id);
	return rows.map(({ id, name }) => ({ id, name, inbound_ids: list(inbounds, id), user_ids: list(users, id) }));
}

function service({ store }: Marzneshin, call: Call): ServiceRow {
	const row = store.one<ServiceRow>("SELECT * FROM services WHERE id = ?", call.params.id ?? "");
	if (!row) throw notFound("Service not found");
	return row;
}

/** v0.7.4 never finds a service among those of an admin: only access to all of them helps. */
function oneService(marzneshin: Marzneshin, call: Call, admin: AdminRow): Answer {
	const row = service(marzneshin, call);
	if (admin.is_sudo !== 1 && admin.all_services_access !== 1) throw forbidden();
	return json(shownServices(marzneshin, [row])[0] ?? null);
}

function services(marzneshin: Marzneshin, call: Call, admin: AdminRow): Answer {
	const name = call.query.get("name");
	const free = admin.is_sudo === 1 || admin.all_services_access === 1;
	const own = "id IN (SELECT value FROM json_each(?))";
	return paged<ServiceRow>(marzneshin.store, call, {
		from: `FROM services WHERE (? OR ${own}) AND (? OR name LIKE ?)`,
		cells: [Number(free), JSON.stringify(servicesOf(marzneshin, admin)), Number(!name), `%${name ?? ""}%`],
		show: rows => shownServices(marzneshin, rows)
	});
}

function saved(marzneshin: Marzneshin, call: Call, known?: ServiceRow): Answer {
	const rules = new Rules(objectOf(call));
	const name = rules.text("name");
	rules.done();
	const { store } = marzneshin;
	const id = known?.id ?? store.insert("services", { name: name ?? null });
	if (known && name !== undefined) store.update("services", id, { name });
	if (!known || Array.isArray(rules.body.inbound_ids)) {
		store.run("DELETE FROM inbounds_services WHERE service_id = ?", id);
		for (const inbound of ids(rules.body.inbound_ids))
			store.insert("inbounds_services", { inbound_id: inbound, service_id: id });
	}
	return json(shownServices(marzneshin, [{ id, name: name ?? known?.name ?? null }])[0] ?? null);
}

function dropped({ store }: Marzneshin, { id }: ServiceRow): Answer {
	for (const table of ["users_services", "inbounds_services", "admins_services"])
		store.run(`DELETE FROM ${table} WHERE service_id = ?`, id);
	store.run("DELETE FROM services WHERE id = ?", id);
	return empty;
}

const parsed = (row: Row): Json => parseJson(`${row.body}`);

function shownInbounds({ store }: Marzneshin, rows: readonly Row[]): Body[] {
	const short = ["id", "name", "address", "port", "connection_backend", "usage_coefficient"];
	const nodes = new Map(store.all("SELECT * FROM nodes").map(row => [row.id, parsed(row) as Body]));
	return rows.map(row => {
		const node = nodes.get(row.node_id ?? null) ?? {};
		const sql = "SELECT service_id FROM inbounds_services WHERE inbound_id = ? ORDER BY service_id";
		return {
			id: row.id ?? 0,
			tag: row.tag ?? "",
			protocol: row.protocol ?? "",
			config: row.config ?? "",
			node: Object.fromEntries(short.map(name => [name, node[name] ?? null])),
			service_ids: store.all(sql, row.id ?? 0).map(one => one.service_id ?? 0)
		};
	});
}

function one({ store }: Marzneshin, call: Call, table: string, words: string): Row {
	const row = store.one(`SELECT * FROM ${table} WHERE id = ?`, call.params.id ?? "");
	if (!row) throw notFound(words);
	return row;
}

function hosts(marzneshin: Marzneshin, call: Call, inbound?: Row): Answer {
	const only = inbound ? "WHERE json_extract(body, '$.inbound_id') = ?" : "";
	return paged(marzneshin.store, call, {
		from: `FROM hosts ${only} ORDER BY position`,
		cells: inbound ? [inbound.id ?? 0] : [],
		show: rows => rows.map(parsed)
	});
}

function serviceRoutes(marzneshin: Marzneshin): Route[] {
	const path = "/api/services/:id";
	const sudo = (answer: (call: Call, row: ServiceRow) => Answer): Route["answer"] =>
		asSudo(marzneshin, call => answer(call, service(marzneshin, call)));
	return [
		{
			method: "GET",
			path: "/api/services",
			answer: asAdmin(marzneshin, (call, admin) => services(marzneshin, call, admin))
		},
		{ method: "POST", path: "/api/services", json: true, answer: asSudo(marzneshin, call => saved(marzneshin, call)) },
		{ method: "GET", path, answer: asAdmin(marzneshin, (call, admin) => oneService(marzneshin, call, admin)) },
		{ method: "GET", path: `${path}/users`, answer: sudo((call, row) => ofService(marzneshin, call, row.id)) },
		{ method: "GET", path: `${path}/inbounds`, answer: sudo(() => failed) },
		{ method: "PUT", path, json: true, answer: sudo((call, row) => saved(marzneshin, call, row)) },
		{ method: "DELETE", path, answer: sudo((_, row) => dropped(marzneshin, row)) }
	];
}

function inboundRoutes(marzneshin: Marzneshin): Route[] {
	const sudo = (answer: (call: Call) => Answer): Route["answer"] => asSudo(marzneshin, answer);
	const inbound = (call: Call): Row => one(marzneshin, call, "inbounds", "Inbound not found");
	const inbounds = (call: Call): Answer =>
		paged(marzneshin.store, call, {
			from: "FROM inbounds WHERE tag LIKE ?",
			cells: [`%${call.query.get("tag") ?? ""}%`],
			show: rows => shownInbounds(marzneshin, rows)
		});
	const path = "/api/inbounds/:id";
	return [
		{ method: "GET", path: "/api/inbounds", answer: sudo(inbounds) },
		{ method: "GET", path: "/api/inbounds/hosts", answer: sudo(call => hosts(marzneshin, call)) },
		{
			method: "GET",
			path: "/api/inbounds/hosts/:id",
			answer: sudo(call => json(parsed(one(marzneshin, call, "hosts", "Host not found"))))
		},
		{ method: "GET", path, answer: sudo(call => json(shownInbounds(marzneshin, [inbound(call)])[0] ?? null)) },
		{ method: "GET", path: `${path}/hosts`, answer: sudo(call => hosts(marzneshin, call, inbound(call))) }
	];
}

/** How the panel numbers JSON among the formats of configs. */
const JSON_FORMAT = 1;

/** None of the recorded nodes is connected, so nothing can be asked of them; one that has a config here answers it. */
function nodeRoutes(marzneshin: Marzneshin): Route[] {
	const sudo = (answer: (call: Call) => Answer): Route["answer"] => asSudo(marzneshin, answer);
	const node = (call: Call): Row => one(marzneshin, call, "nodes", "Node not found");
	const nodes = (call: Call): Answer =>
		paged(marzneshin.store, call, { from: "FROM nodes", show: rows => rows.map(parsed) });
	const silent = (call: Call): Answer => {
		node(call);
		throw new Refusal(502, "Node isn't responsive");
	};
	const config = (call: Call): Answer => {
		const sql = "SELECT config FROM node_configs WHERE node_id = ? AND backend = ?";
		const row = marzneshin.store.one<{ config: string }>(sql, `${node(call).id}`, call.params.backend ?? "");
		return row ? json({ config: row.config, format: JSON_FORMAT }) : silent(call);
	};
	const path = "/api/nodes/:id";
	const settings = { min_node_version: "v0.2.0", certificate: "sample" };
	return [
		{ method: "GET", path: "/api/nodes", answer: sudo(nodes) },
		{ method: "GET", path: "/api/nodes/settings", answer: sudo(() => json(settings)) },
		{ method: "GET", path, answer: sudo(call => json(parsed(node(call)))) },
		{ method: "GET", path: `${path}/:backend/config`, answer: sudo(config) },
		{ method: "GET", path: `${path}/:backend/stats`, answer: sudo(silent) }
	];
}

export const infrastructureRoutes = (marzneshin: Marzneshin): Route[] => [
	...serviceRoutes(marzneshin),
	...inboundRoutes(marzneshin),
	...nodeRoutes(marzneshin)
];
