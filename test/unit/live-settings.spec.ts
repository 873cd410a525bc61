/**
 * A setting that says `live` is what is set for the cluster as soon as it is set, on a node that runs all services; any other stays
 * what it was at the start, and is told as pending. Generated over all settings of the contracts.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import { settingsOf } from "../../cluster/settings";
import { type OwnedSetting, SETTINGS } from "../../contracts/cluster";
import { OF_NODES } from "../../contracts/platform/config-forms";
import { wordy } from "../../contracts/rules";
import type { SettingValue } from "../../domain/platform/config/settings";
import { settingIn } from "../../domain/platform/setting";
import { SettingValues } from "../../domain/platform/setting-values";
import { openNode, SERVICES } from "../../node";

/** What a text may be beside its default, where its form asks for more than any text. */
const TEXTS: Readonly<Record<string, string>> = {
	PASSWORDS_BREACHED: "https://breached.example/range",
	PUBLIC_URL: "https://api.example.com",
	ACCOUNT_PAGE: "/other",
	MAIL_FROM: "Other <other@example.com>",
	PASSKEY_RP_ID: "example.com",
	GATEWAY_LIMITS_CLOSED: "read,links"
};

function otherThan({ rule, variable }: OwnedSetting, { fallback }: { readonly fallback: string }): SettingValue {
	const { type, min, max, values = [] } = wordy(rule as never);
	if (type === "boolean") return fallback !== "on";
	if (type === "enum") return String(values.find(each => String(each) !== fallback));
	if (type !== "number")
		return TEXTS[variable] ?? (fallback.replace(/\d/, "7") === fallback ? "other" : fallback.replace(/\d/, "7"));
	const value = Number(fallback);
	return value + 1 <= Number(max ?? Infinity) ? value + 1 : Number(min ?? 0);
}

interface Read {
	readonly owner: string | null;
	readonly key: string;
	readonly place: string;
}

let dir: string;
let node: Broker;
let values: SettingValues;
/** While the node starts. */
const reads: Read[] = [];

beforeAll(async () => {
	dir = mkdtempSync(join(tmpdir(), "banyan-live-"));
	const { table } = SettingValues.prototype;
	const spied = jest.spyOn(SettingValues.prototype, "table").mockImplementation(function (
		this: SettingValues,
		owner,
		keys
	) {
		return new Proxy(table.call(this, owner, keys), {
			get(target, key) {
				reads.push({ owner, key: String(key), place: new Error().stack?.split("\n")[2]?.trim() ?? "" });
				return Reflect.get(target, key);
			}
		});
	});
	node = await openNode(
		{ logLevel: "fatal", logFile: 2, services: SERVICES },
		{ DATA_DIR: dir, GATEWAY_PORT: "0", METRICS_PORT: "0" }
	);
	spied.mockRestore();
	values = settingsOf(node).values as SettingValues;
});
afterAll(async () => {
	await node.stop();
	rmSync(dir, { recursive: true, force: true });
});

const tables = (): Readonly<Record<string, Readonly<Record<string, SettingValue>>>> => {
	const { contracts, limits, calls } = settingsOf(node);
	return { ...(contracts as object), [OF_NODES]: { ...limits, ...calls } as Readonly<Record<string, SettingValue>> };
};
const inForce = ({ owner, key }: OwnedSetting): SettingValue | undefined => tables()[owner ?? OF_NODES]?.[key];
const set = ({ owner, variable }: OwnedSetting, value: SettingValue): string[] =>
	values.set({ [owner ?? OF_NODES]: { [variable]: value } });
const stateOf = ({ variable }: OwnedSetting) => values.states.find(each => each.variable === variable);

/** What is told of one that is set for the cluster. */
function toldOf({ live, local }: OwnedSetting, start: SettingValue, other: SettingValue) {
	const atStart = { value: start, from: "default" };
	const set = { value: other, from: "config" };
	if (live) return { ...set, overridden: [atStart], applies: "live", pending: null };
	if (local) return { ...atStart, overridden: [], applies: "environment", pending: null };
	return { ...atStart, overridden: [set], applies: "restart", pending: other };
}

it("nothing that is live is taken while a node starts, to be kept", () => {
	const live = new Set(SETTINGS.filter(each => each.live).map(({ owner, key }) => `${owner}.${key}`));
	// What looks again and again is not what keeps it.
	const kept = reads.filter(({ place }) => !place.includes("LoopLoad"));
	expect(kept.filter(({ owner, key }) => live.has(`${owner}.${key}`))).toEqual([]);
});

describe.each(SETTINGS.map(setting => [setting.variable, setting] as const))("%s", (_, setting) => {
	const other = otherThan(setting, settingIn(setting));
	const start = settingIn(setting).read(settingIn(setting).fallback) as SettingValue;
	const told = toldOf(setting, start, other);
	afterEach(() => values.set({}));

	it("is what it says when it is set for the cluster, and told as it is", () => {
		expect(set(setting, other)).toEqual(setting.local ? [setting.variable] : []);
		expect(inForce(setting)).toBe(told.value);
		expect(stateOf(setting)).toEqual({ variable: setting.variable, service: setting.owner ?? OF_NODES, ...told });
	});

	it("is what it was once it is not set any more", () => {
		set(setting, other);
		values.set({});
		expect(inForce(setting)).toBe(start);
		expect(stateOf(setting)).toMatchObject({ from: "default", pending: null });
	});

	it("is passed over, and told, where it is set to what it may not be", () => {
		expect(set(setting, {} as never)).toEqual([setting.variable]);
		expect(inForce(setting)).toBe(start);
	});
});

it("the environment's own word comes first, and what it overrides is told", () => {
	const [setting] = SETTINGS.filter(({ variable }) => variable === "STREAMS") as [OwnedSetting];
	const own = new SettingValues(({ variable }) => (variable === "STREAMS" ? 7 : undefined));
	own.set({ gateway: { STREAMS: 8 } });
	expect(own.states.find(({ variable }) => variable === setting.variable)).toMatchObject({
		value: 7,
		from: "environment",
		overridden: [
			{ value: 8, from: "config" },
			{ value: 1024, from: "default" }
		],
		pending: null
	});
});

it("C2: settings of one revision hold together, and one that is not there any more does not stay", () => {
	values.set({ gateway: { STREAMS: 5, STREAMS_EACH: 4 } });
	const { gateway } = settingsOf(node).contracts;
	expect([gateway.streams, gateway.streamsEach]).toEqual([5, 4]);
	values.set({ gateway: { STREAMS: 6 }, sessions: null, unknown: { X: 1 }, mail: [] });
	expect([gateway.streams, gateway.streamsEach]).toEqual([6, 256]);
	values.set({});
});
