/** Whom passkeys are made for: one domain, and the origins of the pages that may use them (WebAuthn §5.1.2). Pure. */

export interface RelyingParty {
	readonly id: string;
	/** Empty: any of localhost. */
	readonly origins: readonly string[];
}

const AUTO = "auto";
const LOCAL = "localhost";

/** @param publicUrl where people reach the server; empty: on this machine @throws a sentence where no browser would take it */
export function relyingParty(
	{ rpId, origins }: { readonly rpId: string; readonly origins: string },
	publicUrl: string
): RelyingParty {
	const own = publicUrl === "" ? undefined : new URL(publicUrl);
	const id = rpId === AUTO ? (own?.hostname ?? LOCAL) : rpId;
	if (!isName(id))
		throw new Error(`Passkeys are for a domain, and '${id}' is none: set PUBLIC_URL, or PASSKEY_RP_ID, to a name.`);
	if (origins !== AUTO) return { id, origins: origins.split(",").map(each => ownOrigin(each.trim(), id)) };
	if (own) return { id, origins: [ownOrigin(own.origin, id)] };
	return { id, origins: id === LOCAL ? [] : [`https://${id}`] };
}

/** Browsers take no address of a machine. */
const isName = (host: string): boolean => /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(host) && !/^[\d.]+$/.test(host);

const isWithin = (name: string, id: string): boolean => name === id || name.endsWith(`.${id}`);

/** @throws a sentence where it is none, or none of that domain */
function ownOrigin(text: string, id: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && url.hostname === LOCAL);
	if (url?.origin === text && isSafe && isWithin(url.hostname, id)) return text;
	throw new Error(
		`Passkeys cannot be used at '${text}': PUBLIC_URL, or PASSKEY_ORIGINS, has https:// and ${id} or a name below it, without a path.`
	);
}

/** Is a page of that origin ours? */
export const isOwnOrigin = ({ id, origins }: RelyingParty, origin: string): boolean =>
	origins.includes(origin) || (origins.length === 0 && isLocal(origin, id));

const isLocal = (origin: string, id: string): boolean => {
	const url = URL.canParse(origin) ? new URL(origin) : undefined;
	return url?.origin === origin && url.hostname === id;
};
