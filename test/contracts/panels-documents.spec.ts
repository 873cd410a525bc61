/** What the sample panels answer validates against the OpenAPI documents of the real ones. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import type { Json } from "../../demo/panels/json";
import { startMarzban } from "../../demo/panels/marzban";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { ask, logIn } from "../support/panels";

interface Question {
	readonly method: string;
	/** As the document writes it; names in braces are filled from `names`. */
	readonly path: string;
	readonly query?: string;
	readonly json?: Json;
}

const names: Readonly<Record<string, string>> = {
	marzneshin_username: "abc",
	marzban_username: "documented",
	id: "1",
	node_id: "2",
	template_id: "1"
};

function filled({ path, query = "" }: Question, panel: Panel["panel"]): string {
	const concrete = path.replace(/\{(\w+)\}/g, (_, name: string) =>
		path.startsWith("/api/admin")
			? panel === "marzban"
				? "documented_admin"
				: "reseller1"
			: (names[`${panel}_${name}`] ?? names[name] ?? "")
	);
	return `${concrete}${query}`;
}

const user = { username: "documented", proxies: { vless: {}, vmess: {}, trojan: {}, shadowsocks: {} }, inbounds: {} };
const held = { username: "documented2", proxies: { vless: {} }, status: "on_hold", on_hold_expire_duration: 60 };
const template = { name: "documented", inbounds: { vless: ["VLESS TCP REALITY"] } };
const admin = { username: "documented_admin", password: "x", is_sudo: false };
const source = { username: "documented", expire_strategy: "start_on_first_use", usage_duration: 60, service_ids: [1] };

const get = (path: string, query?: string): Question => ({ method: "get", path, ...(query ? { query } : {}) });
const post = (path: string, json: Json = {}): Question => ({ method: "post", path, json });
const put = (path: string, json: Json = {}, query = ""): Question => ({ method: "put", path, json, query });

const questions: Readonly<Record<Panel["panel"], readonly Question[]>> = {
	marzban: [
		post("/api/admin", admin),
		put("/api/admin/{username}", { is_sudo: false }),
		get("/api/admin"),
		get("/api/admins"),
		get("/api/admin/usage/{username}"),
		post("/api/user", user),
		post("/api/user", held),
		get("/api/user/{username}"),
		put("/api/user/{username}", { status: "disabled", next_plan: { data_limit: 1 } }),
		post("/api/user/{username}/reset"),
		post("/api/user/{username}/revoke_sub"),
		put("/api/user/{username}/set-owner", {}, "?admin_username=documented_admin"),
		get("/api/user/{username}/usage"),
		get("/api/users"),
		get("/api/users/expired"),
		get("/api/inbounds"),
		get("/api/hosts"),
		put("/api/hosts", { "VMess TCP": [{ remark: "x", address: "a", alpn: "h2", fingerprint: "chrome" }] }),
		get("/api/system"),
		get("/api/core"),
		get("/api/core/config"),
		post("/api/user_template", template),
		get("/api/user_template"),
		get("/api/user_template/{template_id}"),
		post("/api/node", { name: "n", address: "127.0.0.1" }),
		get("/api/nodes"),
		get("/api/node/settings")
	],
	marzneshin: [
		...Array.from({ length: 10 }, (_, page) => get("/api/users", `?size=100&order_by=username&page=${page + 1}`)),
		post("/api/users", source),
		get("/api/users/{username}"),
		put("/api/users/{username}", { username: "abc", note: "n" }),
		post("/api/users/{username}/reset"),
		post("/api/users/{username}/disable"),
		post("/api/users/{username}/enable"),
		get("/api/users/{username}/services"),
		get("/api/users/{username}/usage"),
		put("/api/users/{username}/set-owner", {}, "?admin_username=sudo2"),
		get("/api/services", "?size=100"),
		get("/api/services/{id}"),
		get("/api/services/{id}/users"),
		post("/api/services", { name: "made", inbound_ids: [1] }),
		get("/api/inbounds", "?size=100"),
		get("/api/inbounds/{id}"),
		get("/api/inbounds/hosts", "?size=100"),
		get("/api/inbounds/hosts/{id}"),
		get("/api/nodes"),
		get("/api/nodes/{node_id}"),
		get("/api/admins", "?size=100"),
		get("/api/admins/current"),
		get("/api/admins/{username}"),
		get("/api/admins/{username}/users"),
		get("/api/admins/{username}/services"),
		get("/api/system/settings/subscription"),
		get("/api/system/stats/users"),
		get("/api/system/stats/admins"),
		get("/api/system/stats/nodes")
	]
};

/** `nullable` is a word of OpenAPI 3.0 that a 3.1 document says to no effect; `\w` was written for Unicode. */
function readable(name: string, value: unknown): unknown {
	if (name === "nullable") return undefined;
	return name === "pattern" && typeof value === "string" ? value.replace("\\w", "[\\p{L}\\p{M}\\p{Nd}\\p{Pc}]") : value;
}

const document = (panel: Panel["panel"]): object =>
	JSON.parse(readFileSync(join(__dirname, `../fixtures/panels/${panel}.openapi.json`), "utf8"), readable) as object;

const escaped = (part: string): string => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));

describe.each(["marzban", "marzneshin"] as const)("%s, by its document", kind => {
	const ajv = new Ajv2020({ strict: false, validateFormats: false });
	let panel: Panel;
	let token: string;

	beforeAll(async () => {
		ajv.addSchema(document(kind), kind);
		const options = { createMs: 0, loginMs: 0, jobSeconds: 0 };
		panel = kind === "marzban" ? await startMarzban(options) : await startMarzneshin(options);
		token = await logIn(panel);
	});
	afterAll(() => panel.close());

	const title = ({ method, path, query = "" }: Question): string => `${method} ${path}${query}`;

	test.each(questions[kind].map(question => [title(question), question] as const))("%s", async (_, question) => {
		const { method, path, json } = question;
		const reply = await ask(panel, filled(question, kind), { method: method.toUpperCase(), token, json });
		expect(reply.status).toBe(200);
		const place = ["paths", path, method, "responses", "200", "content", "application/json", "schema"];
		const validate = ajv.compile({ $ref: `${kind}#/${place.map(escaped).join("/")}` });
		validate(JSON.parse(reply.text));
		expect(validate.errors ?? []).toEqual([]);
	});
});
