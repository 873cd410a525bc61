/**
 * The names under which a server answers. A page of another origin may have its name lead to any address, this server's
 * too, and would read what it is answered (DNS rebinding). What it cannot have is one of the server's own names, or an
 * address in the place of a name. Pure.
 */

/** A host as `Host` has it (RFC 9110 §7.2). */
export interface Host {
	/** In lower case, without a last dot; an address of IPv6 in brackets. */
	readonly name: string;
	readonly port: string | undefined;
}

const HOST = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]\\,"'<>*]+)(?::(\d{1,5}))?$/i;

/** Undefined where it is none. */
export function readHost(text: string): Host | undefined {
	const [, given, port] = HOST.exec(text) ?? [];
	if (given === undefined) return undefined;
	const lower = given.toLowerCase();
	const name = lower.startsWith("[") ? shortest(lower) : lower.replace(/\.$/, "");
	return name === undefined ? undefined : { name, port };
}

/** An address of IPv6 as all spell it. */
function shortest(bracketed: string): string | undefined {
	const url = `http://${bracketed}`;
	return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** An entry of the setting: a name, an address, or `*.` and a name for all right below it; with a port, or for any. */
export function readOwnName(text: string): Host | undefined {
	if (/^[\da-f:]*::?[\da-f:.]*$/i.test(text) && text.split(":").length > 2) return readHost(`[${text}]`);
	if (!text.startsWith("*.")) return readHost(text);
	const below = readHost(text.slice(2));
	return below && { ...below, name: `*.${below.name}` };
}

/** Is it one of these names, whatever its port? */
export const isListed = ({ name }: Host, listed: readonly Host[]): boolean =>
	listed.some(each => each.name === name || each.name === rightAbove(name));

/** The entry that stands for it and its neighbours. */
const rightAbove = (name: string): string => `*${name.slice(name.indexOf("."))}`;

/** Names that lead nowhere but to the machine itself. */
const HERE: readonly Host[] = ["localhost", "127.0.0.1", "[::1]"].map(name => ({ name, port: undefined }));
const ANY = "any";

export class OwnNames {
	/** The ports of each name. */
	private readonly ports = new Map<string, ReadonlySet<string>>();

	/** @param names beside those that always count: of this machine, and the address at which a request arrives */
	constructor(names: readonly Host[]) {
		for (const { name, port = ANY } of [...HERE, ...names])
			this.ports.set(name, new Set([...(this.ports.get(name) ?? []), port]));
	}

	/** @param arrivedAt the address of this end of the connection · @param scheme tells a port that is not named */
	has({ name, port }: Host, arrivedAt: string, scheme: "http" | "https"): boolean {
		const ports = this.ports.get(name) ?? this.ports.get(rightAbove(name));
		if (ports === undefined) return name === asHost(arrivedAt);
		return ports.has(ANY) || ports.has(port ?? (scheme === "https" ? "443" : "80"));
	}
}

/** An address of a socket as a host. */
function asHost(address: string): string | undefined {
	const bare = address.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
	return bare.includes(":") ? shortest(`[${bare}]`) : bare;
}
