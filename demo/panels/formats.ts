/** Subscription bodies: plausible in every format, true to the links in it. */
export type Format = "links" | "v2ray" | "v2ray-json" | "xray" | "sing-box" | "clash" | "clash-meta" | "outline";

interface Shape {
	readonly type: string;
	readonly write: (links: readonly string[]) => string;
}

interface End {
	readonly name: string;
	readonly type: string;
	readonly server: string;
	readonly port: number;
	/** The uuid or the password. */
	readonly secret: string;
}

const decode = (text: string): string => Buffer.from(text, "base64").toString("utf8");

function endOf(link: string): End {
	if (link.startsWith("vmess://")) {
		const { ps, add, port, id } = JSON.parse(decode(link.slice(8))) as Partial<Record<string, string>>;
		return { name: ps ?? "", type: "vmess", server: add ?? "", port: Number(port), secret: id ?? "" };
	}
	const [, scheme = "", user = "", server = "", port = "0", name = ""] =
		/^(\w+):\/\/([^@]*)@(.*):(\d+)[^#]*#(.*)$/s.exec(link) ?? [];
	const type = scheme === "ss" ? "shadowsocks" : scheme;
	const secret = scheme === "ss" ? decode(user).replace(/^[^:]*:/, "") : decodeURIComponent(user);
	return { name: decodeURIComponent(name), type, server, port: Number(port), secret };
}

const keyed = (end: End): Record<string, string> =>
	end.type === "vless" || end.type === "vmess" ? { uuid: end.secret } : { password: end.secret };

const pretty = (value: unknown): string => JSON.stringify(value, null, 4);

/** YAML takes JSON for its values. */
const clash: Shape = {
	type: "text/yaml; charset=utf-8",
	write: links => {
		const proxies = links.map(endOf).map(end => ({
			name: end.name,
			type: end.type === "shadowsocks" ? "ss" : end.type,
			server: end.server,
			port: end.port,
			...keyed(end)
		}));
		return `mode: global\nproxies:\n${proxies.map(proxy => `- ${JSON.stringify(proxy)}\n`).join("")}`;
	}
};

const xray: Shape = {
	type: "application/json",
	write: links =>
		pretty(
			links.map(endOf).map(end => ({
				remarks: end.name,
				outbounds: [
					{ tag: "proxy", protocol: end.type, settings: { address: end.server, port: end.port, ...keyed(end) } }
				]
			}))
		)
};

const singBox: Shape = {
	type: "application/json",
	write: links =>
		pretty({
			outbounds: links.map(endOf).map(end => ({
				type: end.type,
				tag: end.name,
				server: end.server,
				server_port: end.port,
				...keyed(end)
			}))
		})
};

const outline: Shape = {
	type: "application/json",
	write: links => {
		const end = links.map(endOf).find(one => one.type === "shadowsocks");
		const method = "chacha20-ietf-poly1305";
		return pretty(
			end ? { server: end.server, server_port: end.port, password: end.secret, method, tag: end.name } : {}
		);
	}
};

const plain = "text/plain; charset=utf-8";

export const formats: Readonly<Record<Format, Shape>> = {
	links: { type: plain, write: links => links.join("\n") },
	v2ray: { type: plain, write: links => Buffer.from(links.join("\n")).toString("base64") },
	"v2ray-json": xray,
	xray,
	"sing-box": singBox,
	clash,
	"clash-meta": clash,
	outline
};
