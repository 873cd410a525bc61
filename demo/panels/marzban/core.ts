/** The xray configuration a Marzban runs, and the inbounds it offers because of it. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { type Body, isBody, type Json } from "../json";

export const protocols = ["vmess", "vless", "trojan", "shadowsocks"] as const;
export type Protocol = (typeof protocols)[number];

/** Protocols by the names the database keeps and links show. */
export const titles: Readonly<Record<Protocol, string>> = {
	vmess: "VMess",
	vless: "VLESS",
	trojan: "Trojan",
	shadowsocks: "Shadowsocks"
};

export interface Inbound {
	readonly tag: string;
	readonly protocol: Protocol;
	readonly network: string;
	readonly tls: "none" | "tls" | "reality";
	readonly port: number;
	readonly path: string;
	readonly host: string;
	readonly headerType: string;
	readonly sni: string;
	readonly fingerprint: string;
	readonly publicKey: string;
	readonly shortId: string;
}

/** What the certificate of the sample's TLS inbound is made out to. */
const certificateName = "vpn.example.test";

export const isProtocol = (value: unknown): value is Protocol => protocols.some(protocol => protocol === value);

export class Core {
	config: Body;
	inbounds: readonly Inbound[];

	constructor(config: Body) {
		this.config = config;
		this.inbounds = inboundsOf(config);
	}

	/** Throws the words of xray's refusal; takes nothing over then. */
	replace(config: Body): void {
		const reason = fault(config);
		if (reason) throw new Error(reason);
		this.inbounds = inboundsOf(config);
		this.config = config;
	}

	tags(protocol: string): string[] {
		return this.inbounds.filter(inbound => inbound.protocol === protocol).map(inbound => inbound.tag);
	}

	inbound(tag: string): Inbound | undefined {
		return this.inbounds.find(inbound => inbound.tag === tag);
	}

	/** Only configured protocols, in the order of the configuration. */
	protocols(): Protocol[] {
		return [...new Set(this.inbounds.map(inbound => inbound.protocol))];
	}
}

const list = (value: Json | undefined): Body[] => (Array.isArray(value) ? value.filter(isBody) : []);
const branch = (value: Json | undefined): Body => (isBody(value) ? value : {});
const first = (value: Json | undefined): string => {
	const one: Json | undefined = Array.isArray(value) ? value[0] : value;
	return typeof one === "string" ? one : "";
};

function fault(config: Body): string | undefined {
	const inbounds = list(config.inbounds);
	if (inbounds.length === 0) return "config doesn't have inbounds";
	if (list(config.outbounds).length === 0) return "config doesn't have outbounds";
	if (inbounds.some(inbound => !inbound.tag)) return "all inbounds must have a unique tag";
	if (inbounds.some(inbound => first(inbound.tag).includes(","))) return "character «,» is not allowed in inbound tag";
	return list(config.outbounds).some(outbound => !outbound.tag) ? "all outbounds must have a unique tag" : undefined;
}

function inboundsOf(config: Body): Inbound[] {
	return list(config.inbounds).flatMap(inbound => {
		const { tag, protocol, port } = inbound;
		if (typeof tag !== "string" || !isProtocol(protocol)) return [];
		return [{ tag, protocol, port: Number(port ?? 0), ...transport(branch(inbound.streamSettings)) }];
	});
}

type Transport = Omit<Inbound, "tag" | "protocol" | "port">;

function transport(stream: Body): Transport {
	const network = first(stream.network) || "tcp";
	const settings = branch(stream[`${network}Settings`]);
	const header = branch(settings.header);
	const request = branch(header.request);
	const tls = stream.security === "reality" || stream.security === "tls" ? stream.security : "none";
	return {
		network,
		tls,
		path: first(settings.path) || first(settings.serviceName) || first(request.path),
		host: first(settings.host) || first(branch(request.headers).Host),
		headerType: first(header.type),
		...(tls === "reality" ? reality(branch(stream.realitySettings)) : plain),
		...(tls === "tls" ? { sni: certificateName } : {})
	};
}

const plain = { sni: "", fingerprint: "", publicKey: "", shortId: "" };

const reality = (settings: Body): typeof plain => ({
	sni: first(settings.serverNames),
	fingerprint: "chrome",
	publicKey: publicKey(first(settings.privateKey)),
	shortId: first(settings.shortIds)
});

/** The X25519 key that belongs to a private one; empty when that is none. */
function publicKey(privateKey: string): string {
	const bytes = Buffer.from(privateKey, "base64url");
	if (bytes.length !== 32) return "";
	const der = Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), bytes]);
	return (
		createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" })).export({ format: "jwk" }).x ?? ""
	);
}
