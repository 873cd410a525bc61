/** Names where and how the panel folds them: asked of it, for each way in which 0.8.4's databases compare. */

import type { Target } from "../../connectors/connector";
import { openMarzban } from "../../connectors/marzban";
import { startMarzban } from "../../demo/panels/marzban";
import { type Naming, namings } from "../../demo/panels/marzban/names";
import type { Panel } from "../../demo/panels/panel";
import { ask, logIn } from "../support/panels";

const proxies = { vless: { id: "11111111-1111-4111-8111-111111111111" } };

interface Held {
	readonly users?: readonly string[];
	readonly admins?: readonly string[];
	readonly templates?: readonly string[];
}

async function on<T>(naming: Naming, held: Held, work: (target: Target, panel: Panel) => Promise<T>): Promise<T> {
	const panel = await startMarzban({ createMs: 0, loginMs: 0, jobSeconds: 0, naming });
	const token = await logIn(panel);
	const made = async (path: string, json: Record<string, unknown>): Promise<void> => {
		const { status } = await ask(panel, path, { method: "POST", token, json: json as never });
		if (status !== 200) throw new Error(`${path} answered ${status}`);
	};
	const inbounds = { vless: ["VLESS TCP REALITY"] };
	for (const username of held.users ?? []) await made("/api/user", { username, proxies });
	for (const username of held.admins ?? []) await made("/api/admin", { username, password: "pw", is_sudo: false });
	for (const name of held.templates ?? []) await made("/api/user_template", { name, inbounds });
	const target = openMarzban({
		connector: "marzban",
		url: panel.url,
		username: "admin",
		password: "admin123",
		retryBaseMs: 1,
		settleMs: 50
	});
	try {
		return await work(target, panel);
	} finally {
		await target.close();
		await panel.close();
	}
}

/** What is learned by look-ups alone. */
const LEARNED: Readonly<Record<Naming, object>> = {
	nocase: { users: "case", admins: "exact", services: "exact" },
	exact: { users: "exact", admins: "exact", services: "exact" },
	mariadb: { users: "exact", admins: "loose", services: "loose" }
};

describe.each([...namings])("a panel whose names go by %s", naming => {
	test("is known by look-ups, which write nothing", async () => {
		const held = { users: ["somebody"], admins: ["boss"] };
		const [facts, requests] = await on(naming, held, async (target, panel) => {
			const before = { ...panel.requests };
			const { facts, findings } = await target.check();
			expect(findings.map(({ code }) => code)).not.toContain("naming-unknown");
			const made = Object.keys(panel.requests).filter(name => !/^GET |token$/.test(name));
			return [facts, made.filter(name => panel.requests[name] !== before[name])];
		});
		expect(facts.naming).toEqual(LEARNED[naming]);
		expect(facts.storage).toBe(naming === "mariadb" ? "mysql" : "sqlite");
		expect(requests).toEqual([]);
	});

	test("that holds nobody says that it cannot be told yet", async () => {
		const { facts, findings } = await on(naming, {}, target => target.check());
		const rest = naming === "mariadb" ? null : "exact";
		expect(facts.naming).toEqual({ users: null, admins: rest, services: rest });
		expect(findings.find(({ code }) => code === "naming-unknown")).toMatchObject({ ok: true });
	});

	test.each(["Admin", "ádmin", "ADMIN ", "administrator"])(
		"is refused to the account 'admin' of its environment where whomever it makes is given to '%s'",
		async name => {
			await on(naming, { admins: [name] }, async (target, panel) => {
				const token = await logIn(panel);
				await ask(panel, "/api/user", { method: "POST", token, json: { username: "somebody", proxies } });
				const made = panel.db.prepare("SELECT admin_id FROM users WHERE username = 'somebody'").get();
				const { findings, ok } = await target.check();
				const refused = findings.filter(each => !each.ok).map(({ code }) => code);
				const isTheirs = made?.admin_id !== null;
				expect([isTheirs, ok, refused]).toEqual([isTheirs, !isTheirs, isTheirs ? ["account-namesake"] : []]);
				expect(isTheirs).toBe(naming === "mariadb" && name !== "administrator");
			});
		}
	);

	test.each(["Admin", "ádmin", "ADMIN ", "administrator"])(
		"takes '%s' for the account of its environment where whomever that makes would be theirs",
		async name => {
			await on(naming, { admins: ["boss"] }, async (target, panel) => {
				const [found] = await target.find("admins", [name]);
				const token = await logIn(panel);
				await ask(panel, "/api/admin", {
					method: "POST",
					token,
					json: { username: name, password: "p", is_sudo: false }
				});
				await ask(panel, "/api/user", { method: "POST", token, json: { username: "somebody", proxies } });
				const made = panel.db.prepare("SELECT admin_id FROM users WHERE username = 'somebody'").get();
				expect(found?.data.username).toBe(made?.admin_id === null ? undefined : "admin");
			});
		}
	);

	const folds = (stream: "users" | "admins" | "services") => (LEARNED[naming] as Record<string, string>)[stream];
	const ADMINS = ["ali", "ALI", "Álı", "ali ", "josé", "Jose", "💎", "🌍", "vip 💎", "vip 🌍", "۱۲", "12", "ß", "ss"];

	test.each(ADMINS)("finds who stands under '%s', or is taken for it, as it can be made or not", async name => {
		await on(naming, { admins: ["Ali", "José", "💎x", "vip 🔥", "12 ", "SS", "🔥"] }, async (target, panel) => {
			const [found] = await target.find("admins", [name]);
			const token = await logIn(panel);
			const { status } = await ask(panel, "/api/admin", {
				method: "POST",
				token,
				json: { username: name, password: "pw", is_sudo: false }
			});
			expect([name, found !== undefined]).toEqual([name, status === 409]);
		});
	});

	test.each(["gold", "Gold ", "GÖLD", "🥇", "silver"])("finds a template '%s' as it can be made or not", async name => {
		await on(naming, { admins: ["boss"], templates: ["Gold", "🥈"] }, async (target, panel) => {
			const [found] = await target.find("services", [name]);
			const token = await logIn(panel);
			const json = { name, inbounds: { vless: ["VLESS TCP REALITY"] } };
			const { status } = await ask(panel, "/api/user_template", { method: "POST", token, json });
			expect([name, found !== undefined]).toEqual([name, status === 409]);
		});
	});

	test.each(["some_body", "Some_Body", "SOME_BODY", "other"])(
		"finds a user '%s' as it can be made or not",
		async name => {
			await on(naming, { users: ["Some_Body"] }, async (target, panel) => {
				const [found] = await target.find("users", [name]);
				const token = await logIn(panel);
				const { status } = await ask(panel, "/api/user", { method: "POST", token, json: { username: name, proxies } });
				expect([name, found !== undefined]).toEqual([name, status === 409]);
			});
		}
	);

	test("leaves a namesake as it is, whatever the policy, and tells who it is", async () => {
		await on(naming, { users: ["Some_Body"], admins: ["Ali"] }, async target => {
			for (const [stream, name] of [
				["users", "some_body"],
				["admins", "ali"]
			] as const) {
				const [found] = await target.find(stream, [name]);
				expect([stream, found !== undefined]).toEqual([stream, folds(stream) !== "exact"]);
				if (!found) continue;
				const { kept } = target.onto?.(stream, { username: name }, found.data, "overwrite") ?? {};
				expect(kept).toContain(`'${found.data.username}'`);
				expect(found.data.username).not.toBe(name);
			}
		});
	});

	test("gives a user to nobody but the admin of this very name", async () => {
		await on(naming, { admins: ["Ali"] }, async (target, panel) => {
			const data = { status: "active", proxies, inbounds: {}, expire: null, data_limit: null };
			const write = (admin: string) =>
				target.write("users", { name: "hers", data: { ...data, username: "hers", admin }, before: null });
			for (const name of ["ali", "Alí", "Ali "]) await expect(write(name)).rejects.toMatchObject({ code: "refused" });
			expect(panel.db.prepare("SELECT count(*) AS n FROM users").get()?.n).toBe(0n);
			expect((await write("Ali")).data.admin).toBe("Ali");
		});
	});
});
