/**
 * Who asks is signed at the door and looked at on every node, on a real NATS: where whoever has the cluster's key is a node, and
 * where nodes prove who they are.
 */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Context, ServiceBroker, type ServiceSchema } from "moleculer";
import { CallerWord } from "../../adapters/caller-word";
import type { Meta } from "../../cluster";
import { signing } from "../../cluster/older-doors";
import type { Caller } from "../../cluster/person";
import { callerWordOf, letIn } from "../../cluster/vouched";
import { proofText, saidText } from "../../domain/platform/callers/proof";
import { readConfig } from "../../moleculer.config";
import { TestAuthority } from "../support/identities";
import { type Nats, startNats } from "../support/servers";
import { until } from "../support/until";

const NAMESPACE = "spec";
const KEY = randomBytes(32);
const authority = new TestAuthority();

let folder: string;
let nats: Nats;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-callers-"));
	nats = await startNats();
});
afterAll(async () => {
	await nats.kill();
	for (const each of [folder, authority.folder]) rmSync(each, { recursive: true, force: true });
});

const key = (...scopes: string[]): Caller => ({ id: "k-1", scopes });
const person: Caller = {
	id: "person:ann",
	scopes: [],
	person: { account: "ann", session: "s", scopes: [], factors: ["password"], provedAt: Date.now() }
};

type Seen = Pick<Meta, "caller" | "proof" | "correlationId" | "behalf">;
const seen: Seen[] = [];
const heard: Seen[] = [];
const seenLast = (): Seen => seen.at(-1) ?? {};

/** As contracts have them, so that what they ask of a caller is known. */
const SERVICES = {
	/** A door: it lets in whomever a test says. */
	gateway: {
		name: "gateway",
		mixins: [signing as ServiceSchema],
		actions: {
			let(ctx: Context<{ action: string; caller?: Caller }, Meta>) {
				const { action, caller } = ctx.params;
				if (caller) letIn(ctx.broker, caller);
				return ctx.call(action, {}, { meta: { ...(caller && { caller }), correlationId: "request-1" } });
			}
		}
	},
	events: {
		name: "events",
		actions: {
			deadLetters: (ctx: Context<object, Meta>) => void seen.push({ ...ctx.meta }),
			/** Asks on for whoever asked, and announces what it did. */
			async replay(ctx: Context<object, Meta>) {
				await ctx.call("users.me");
				await ctx.broadcast("events.told", {});
				return ctx.meta.caller;
			}
		}
	},
	users: {
		name: "users",
		actions: {
			me(ctx: Context<object, Meta>) {
				seen.push({ ...ctx.meta });
				// An answer that would have whoever called be somebody else.
				Object.assign(ctx.meta, { caller: key("keys:manage") });
			}
		},
		events: { "events.told": (ctx: Context<object, Meta>) => void heard.push({ ...ctx.meta }) }
	},
	/** One that says what it likes. */
	mail: {
		name: "mail",
		actions: {
			say: (ctx: Context<{ action: string; meta: object }>) =>
				ctx.broker.call(ctx.params.action, {}, { meta: ctx.params.meta }),
			here: (ctx: Context<object, Meta>) => ctx.call("mail.own", {}, { meta: { caller: key("x") } }),
			own: () => undefined
		}
	}
} satisfies Record<string, ServiceSchema>;
type Name = keyof typeof SERVICES;

const brokers: ServiceBroker[] = [];
const stopAll = () => Promise.all(brokers.splice(0).map(broker => broker.stop()));
beforeEach(() => {
	[seen.length, heard.length] = [0, 0];
});

type Identity = "off" | "require";
async function node(
	identity: Identity,
	name: string,
	services: readonly (Name | ServiceSchema)[],
	more: Record<string, string> = {}
): Promise<ServiceBroker> {
	const schemas = services.map(each => (typeof each === "string" ? SERVICES[each] : each));
	if (identity === "require")
		authority.issue(
			name,
			schemas.map(each => each.name)
		);
	const { services: _, ...options } = readConfig({
		TRANSPORTER: nats.url,
		NAMESPACE,
		NODE_ID: name,
		CLUSTER_KEY: KEY.toString("base64"),
		DATA_DIR: join(folder, name),
		...(identity === "require" && authority.variables(name)),
		...more
	});
	const broker = new ServiceBroker({ ...options, logger: false, skipProcessEventRegistration: true });
	for (const each of schemas) broker.createService(each as ServiceSchema);
	await broker.start();
	brokers.push(broker);
	await until(
		() => brokers.every(one => brokers.every(({ nodeID }) => one.registry.nodes.get(nodeID)?.available)),
		"that all know each other"
	);
	return broker;
}

const refusals = (broker: ServiceBroker, reason: string): number =>
	Number(broker.metrics.getMetric("banyan.callers.refused")?.get({ reason })?.value ?? 0);

const UNPROVEN = { type: "CALLER_UNPROVEN" };

describe.each<Identity>(["off", "require"])("NODE_IDENTITY=%s", identity => {
	let door: ServiceBroker;
	let owner: ServiceBroker;
	let other: ServiceBroker;
	let thief: ServiceBroker;
	beforeAll(async () => {
		door = await node(identity, "door", ["gateway"]);
		owner = await node(identity, "owner", ["events"]);
		other = await node(identity, "other", ["users"]);
		thief = await node(identity, "thief", ["mail"]);
	});
	afterAll(stopAll);
	const through = (action: string, caller?: Caller) => door.call("gateway.let", { action, ...(caller && { caller }) });

	it("whom a door let in is believed on every node that their request meets, and no answer makes them somebody else", async () => {
		const both = { ...person, scopes: ["events:write"] };
		expect(await through("events.replay", both)).toEqual(both);
		expect(seenLast()).toMatchObject({ caller: both, correlationId: "request-1", proof: expect.any(String) });
		await until(() => heard.length > 0, "that the event was heard");
		expect(heard[0]).toMatchObject({ behalf: { id: "person:ann", kind: "person" } });
		expect(heard[0]).not.toHaveProperty("caller");
		expect(heard[0]).not.toHaveProperty("proof");
	});

	it.each<[string, string, Caller | undefined, string, string]>([
		["a key without the scope", "events.deadLetters", key("events:write"), "FORBIDDEN", "unentitled"],
		["a key, where it is for people", "users.me", key("events:read"), "FORBIDDEN", "unentitled"],
		["nobody", "events.deadLetters", undefined, "CALLER_UNPROVEN", "missing"]
	])("a door that lets in %s is not followed", async (_, action, caller, type, reason) => {
		const asked = action === "users.me" ? other : owner;
		const before = refusals(asked, reason);
		await expect(through(action, caller)).rejects.toMatchObject({ type, code: 403 });
		expect(refusals(asked, reason)).toBe(before + 1);
		expect(seen).toEqual([]);
	});

	it("what no door signed, what was changed, and what is of another request is refused", async () => {
		await through("events.deadLetters", key("events:read"));
		const { caller, proof, correlationId } = seenLast();
		const say = (meta: object) => thief.call("mail.say", { action: "events.deadLetters", meta });
		const lies = [
			["unsigned", { caller, correlationId }],
			["altered", { caller: { ...caller, scopes: ["events:read", "keys:manage"] }, proof, correlationId }],
			["altered", { caller: { ...caller, id: "person:ann" }, proof, correlationId }],
			["altered", { caller, proof, correlationId: "request-2" }],
			["altered", { caller, proof: `${proof}0`, correlationId }],
			["altered", { caller, proof: "nonsense", correlationId }],
			["altered", { caller, proof: { at: 1 }, correlationId }]
		] as const;
		for (const [reason, meta] of lies) {
			const before = refusals(owner, reason);
			await expect(say(meta)).rejects.toMatchObject(UNPROVEN);
			expect(refusals(owner, reason)).toBe(before + 1);
		}
		expect(seen).toHaveLength(1);
	});

	it("what is too old is refused, and what was signed under another key", async () => {
		const said = { namespace: NAMESPACE, node: "door", correlation: "request-3", caller: key("events:read") };
		const sent = (at: number, word: CallerWord | undefined) => {
			const given = word?.give(saidText({ ...said, at }));
			const proof = given && proofText({ node: "door", at, ...given });
			const meta = { caller: said.caller, correlationId: said.correlation, proof };
			return thief.call("mail.say", { action: "events.deadLetters", meta });
		};
		const [now, before] = [Date.now(), refusals(owner, "altered")];
		await expect(sent(now - 3_600_000 - 61_000, callerWordOf(door))).rejects.toMatchObject(UNPROVEN);
		await expect(sent(now + 90_000, callerWordOf(door))).rejects.toMatchObject(UNPROVEN);
		expect(refusals(owner, "expired")).toBe(2);
		const foreign = new CallerWord({
			keys: [randomBytes(32)],
			namespace: NAMESPACE,
			seal: undefined,
			isRequired: false
		});
		await expect(sent(now, foreign)).rejects.toMatchObject(UNPROVEN);
		expect(refusals(owner, "altered")).toBe(before + 1);
	});

	it("a caller that a service makes up is refused in its own process, and a command of the operator's is not", async () => {
		await expect(thief.call("mail.here")).rejects.toMatchObject(UNPROVEN);
		expect(refusals(thief, "unsigned")).toBe(1);
		await thief.call("mail.own");
		await thief.call("mail.own", {}, { meta: { caller: key("x") } });
	});
});

it("where nodes prove who they are, only a node that may speak for the gateway says who asks", async () => {
	const owner = await node("require", "owner", ["events"]);
	const thief = await node("require", "thief", ["mail"]);
	const said = { namespace: NAMESPACE, node: "thief", correlation: "request-4", caller: key("events:read") };
	const at = Date.now();
	const given = callerWordOf(thief)?.give(saidText({ ...said, at }));
	for (const name of ["thief", "nobody"]) {
		const proof = given && proofText({ node: name, at, ...given });
		const meta = { caller: said.caller, correlationId: said.correlation, proof };
		await expect(thief.call("mail.say", { action: "events.deadLetters", meta })).rejects.toMatchObject(UNPROVEN);
	}
	// Of a name that was not signed the cluster's key says that already.
	expect([refusals(owner, "stranger"), refusals(owner, "altered")]).toEqual([1, 1]);
	await stopAll();
});

describe("while a gateway of the release before is there, which signs nobody", () => {
	afterEach(stopAll);
	const OLDER: ServiceSchema = { ...SERVICES.gateway, mixins: [] };
	/** As a node sends that knows nothing of it. */
	const unsigned = (broker: ServiceBroker) =>
		broker.call("gateway.let", { action: "events.deadLetters", caller: key("events:read") }).then(
			() => "done",
			({ type }) => type
		);
	const olderNode = async () => {
		const older = await node("off", "older", [OLDER]);
		// It has none of what signs.
		jest.spyOn(callerWordOf(older) as CallerWord, "give").mockReturnValue(undefined);
		return older;
	};

	it("its callers are believed, and signed ones are looked at as ever", async () => {
		const owner = await node("off", "owner", ["events"]);
		const older = await olderNode();
		expect(await unsigned(older)).toBe("done");
		const thief = await node("off", "thief", ["mail"]);
		const meta = { caller: key("events:read"), proof: "nonsense" };
		await expect(thief.call("mail.say", { action: "events.deadLetters", meta })).rejects.toMatchObject(UNPROVEN);
		expect(refusals(owner, "altered")).toBe(1);
	});

	it("CALLER_GRACE says for how long after, and with 0 they never are", async () => {
		await node("off", "owner", ["events"], { CALLER_GRACE: "0" });
		expect(await unsigned(await olderNode())).toBe("CALLER_UNPROVEN");
	});

	it("once it is gone for so long, nobody is believed without a signature", async () => {
		await node("off", "owner", ["events"], { CALLER_GRACE: "1" });
		const older = await olderNode();
		const thief = await node("off", "thief", ["mail"]);
		const say = () =>
			thief.call("mail.say", { action: "events.deadLetters", meta: { caller: key("events:read") } }).then(
				() => "done",
				({ type }) => type
			);
		expect(await say()).toBe("done");
		brokers.splice(brokers.indexOf(older), 1);
		await older.stop();
		await until(async () => (await say()) === "CALLER_UNPROVEN", "that the grace is over");
	});
});
