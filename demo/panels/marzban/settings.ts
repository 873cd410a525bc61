/** A user's credentials by protocol, in the words Marzban has for bad ones. */
import { randomBytes, randomUUID } from "node:crypto";
import { invalid } from "../answers";
import { type Body, isBody, type Json } from "../json";
import { Rules } from "../rules";
import { isProtocol, type Protocol } from "./core";

export type Settings = Readonly<Record<string, string>>;
export type Proxies = ReadonlyMap<Protocol, Settings>;

const flows = ["", "xtls-rprx-vision"] as const;
const methods = ["aes-128-gcm", "aes-256-gcm", "chacha20-ietf-poly1305"] as const;

export const isSettings = (value: Json): value is Settings =>
	isBody(value) && Object.values(value).every(cell => typeof cell === "string");

const newPassword = (): string => randomBytes(16).toString("base64url");

function uuid(rules: Rules): string {
	if (!rules.has("id")) return randomUUID();
	const value = rules.body.id;
	const read =
		typeof value === "string" ? readUuid(value) : { words: "UUID input should be a string, bytes or UUID object" };
	if (typeof read === "string") return read;
	rules.fail("id", read.words);
	return "";
}

/** Any sixteen bytes: no version, no variant is asked for. */
function readUuid(value: string): string | { words: string } {
	const bare = value.replace(/^urn:uuid:/i, "").replace(/^\{(.*)\}$/, "$1");
	const odd = /[^0-9a-fA-F-]/.exec(bare);
	const prefix = "Input should be a valid UUID, invalid";
	if (odd) {
		const expected = "an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-]";
		return { words: `${prefix} character: expected ${expected}, found \`${odd[0]}\` at ${odd.index + 1}` };
	}
	const hex = bare.replaceAll("-", "").toLowerCase();
	const dashes = bare.includes("-") ? /^[^-]{8}-[^-]{4}-[^-]{4}-[^-]{4}-[^-]{12}$/.test(bare) : true;
	if (hex.length !== 32 || !dashes)
		return { words: `${prefix} length: expected length 32 for simple format, found ${hex.length}` };
	return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function password(rules: Rules): string {
	return (rules.has("password") ? rules.text("password", { nullable: false }) : newPassword()) ?? "";
}

const readers: Readonly<Record<Protocol, (rules: Rules) => Settings>> = {
	vmess: rules => ({ id: uuid(rules) }),
	vless: rules => ({ id: uuid(rules), flow: rules.choice("flow", flows) ?? "" }),
	trojan: rules => ({ password: password(rules), flow: rules.choice("flow", flows) ?? "" }),
	shadowsocks: rules => ({
		password: password(rules),
		method: rules.choice("method", methods) ?? "chacha20-ietf-poly1305"
	})
};

const renewed: Readonly<Record<Protocol, () => Settings>> = {
	vmess: () => ({ id: randomUUID() }),
	vless: () => ({ id: randomUUID() }),
	trojan: () => ({ password: newPassword() }),
	shadowsocks: () => ({ password: newPassword() })
};

export const renew = (protocol: Protocol, settings: Settings): Settings => ({ ...settings, ...renewed[protocol]() });

/** The `proxies` of a body. A key inside of one is told alone, without its protocol. */
export function readProxies(value: Body): Proxies {
	const proxies = new Map<Protocol, Settings>();
	for (const [protocol, given] of Object.entries(value)) {
		if (!isProtocol(protocol)) throw invalid({ proxies: `Value error, '${protocol}' is not a valid ProxyTypes` });
		if (!isBody(given)) throw invalid({ proxies: "Input should be a valid dictionary or instance" });
		const rules = new Rules(given);
		const settings = readers[protocol](rules);
		rules.done();
		proxies.set(protocol, settings);
	}
	return proxies;
}
