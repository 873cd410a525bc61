/** The panel itself: numbers, inbounds, the core and its configuration, nodes. */
import { type Answer, json, notFound, Refusal } from "../answers";
import { type Call, objectOf } from "../call";
import type { Route } from "../http";
import type { Body } from "../json";
import { Rules } from "../rules";
import type { Row } from "../store";
import { stamp } from "../time";
import { meet } from "./hosts";
import { asAdmin, asSudo, type Caller, type Marzban, nowOf } from "./marzban";
import type { Status } from "./records";

function numbers({ store, now }: Marzban, caller: Caller): Answer {
	const mine = caller.sudo ? "1" : `admin_id = ${caller.row?.id ?? 0}`;
	const count = (where: string): number => store.count(`SELECT count(*) FROM users WHERE ${where}`);
	const of = (status: Status): number => count(`${mine} AND status = '${status}'`);
	const order: readonly Status[] = ["active", "on_hold", "disabled", "expired", "limited"];
	const shares = Object.fromEntries(order.map(status => [`users_${status}`, of(status)]));
	return json({
		version: "0.8.4",
		mem_total: 25276510208,
		mem_used: 1141948416,
		cpu_cores: 2,
		cpu_usage: 12.5,
		total_user: count(mine),
		online_users: count(`online_at >= '${stamp(new Date(now().getTime() - 86_400_000))}'`),
		...shares,
		incoming_bandwidth: 0,
		outgoing_bandwidth: 0,
		incoming_bandwidth_speed: 0,
		outgoing_bandwidth_speed: 0
	});
}

function inbounds({ core }: Marzban): Answer {
	const shown = core.inbounds.map(({ tag, protocol, network, tls, port }) => ({ tag, protocol, network, tls, port }));
	return json(Object.fromEntries(core.protocols().map(name => [name, shown.filter(one => one.protocol === name)])));
}

function configured(marzban: Marzban, call: Call): Answer {
	const config = objectOf(call);
	try {
		marzban.core.replace(config);
	} catch (error) {
		throw new Refusal(400, error instanceof Error ? error.message : "");
	}
	meet(marzban, marzban.core);
	return json(config);
}

const nodeBody = (row: Row): Body => ({
	name: row.name ?? "",
	address: row.address ?? "",
	port: row.port ?? 0,
	api_port: row.api_port ?? 0,
	usage_coefficient: row.usage_coefficient ?? 1,
	id: row.id ?? 0,
	xray_version: row.xray_version ?? null,
	status: row.status ?? "connecting",
	message: row.message ?? null
});

function node({ store }: Marzban, call: Call): Row {
	const row = store.one("SELECT * FROM nodes WHERE id = ?", call.params.id ?? "");
	if (!row) throw notFound("Node not found");
	return row;
}

function nodeAdded(marzban: Marzban, call: Call): Answer {
	const rules = new Rules(objectOf(call));
	const row = {
		name: (rules.need("name") ? rules.text("name", { nullable: false }) : "") ?? "",
		address: (rules.need("address") ? rules.text("address", { nullable: false }) : "") ?? "",
		port: rules.whole("port") ?? 62050,
		api_port: rules.whole("api_port") ?? 62051,
		status: "connecting",
		created_at: nowOf(marzban)
	};
	rules.done();
	if (marzban.store.one("SELECT id FROM nodes WHERE name = ?", row.name))
		throw new Refusal(409, `Node "${row.name}" already exists`);
	const id = marzban.store.insert("nodes", row);
	return json(nodeBody({ ...row, id, usage_coefficient: 1 }));
}

function nodeRoutes(marzban: Marzban): Route[] {
	const path = "/api/node/:id";
	const settings = { min_node_version: "v0.2.0", certificate: "sample" };
	return [
		{ method: "GET", path: "/api/node/settings", answer: asSudo(marzban, () => json(settings)) },
		{
			method: "POST",
			path: "/api/node",
			json: true,
			cost: 1,
			answer: asSudo(marzban, call => nodeAdded(marzban, call))
		},
		{ method: "GET", path, answer: asSudo(marzban, call => json(nodeBody(node(marzban, call)))) },
		{
			method: "DELETE",
			path,
			answer: asSudo(marzban, call => {
				marzban.store.run("DELETE FROM nodes WHERE id = ?", node(marzban, call).id ?? null);
				return json({});
			})
		},
		{
			method: "GET",
			path: "/api/nodes",
			answer: asSudo(marzban, () => json(marzban.store.all("SELECT * FROM nodes ORDER BY id").map(nodeBody)))
		},
		{ method: "GET", path: "/api/nodes/usage", answer: asSudo(marzban, () => json({ usages: [] })) }
	];
}

export function systemRoutes(marzban: Marzban): Route[] {
	const core = { version: "1.8.24", started: true, logs_websocket: "/api/core/logs" };
	return [
		{ method: "GET", path: "/api/system", answer: asAdmin(marzban, (_, caller) => numbers(marzban, caller)) },
		{ method: "GET", path: "/api/inbounds", answer: asAdmin(marzban, () => inbounds(marzban)) },
		{ method: "GET", path: "/api/core", answer: asAdmin(marzban, () => json(core)) },
		{ method: "POST", path: "/api/core/restart", answer: asSudo(marzban, () => json({})) },
		{ method: "GET", path: "/api/core/config", answer: asSudo(marzban, () => json(marzban.core.config)) },
		{
			method: "PUT",
			path: "/api/core/config",
			json: true,
			cost: 1,
			answer: asSudo(marzban, call => configured(marzban, call))
		},
		...nodeRoutes(marzban)
	];
}
