/**
 * Which page has a browser ask: one of ours, another's, or nobody says. A browser sends a cookie for whichever page asks; what
 * no page can set is its own `Origin` and `Sec-Fetch-Site` (OWASP, Cross-Site Request Forgery Prevention). Pure.
 */

export type AskingPage = "own" | "foreign" | "unsaid";

interface Said {
	readonly origin: string | undefined;
	/** Says more than the origin, which is `null` where a page keeps its address to itself. */
	readonly site: string | undefined;
}

/** @param own the origin that was asked @param allowed origins of others whose pages may ask as ours do */
export function askingPage({ origin, site }: Said, own: string, allowed: ReadonlySet<string>): AskingPage {
	if (origin !== undefined && allowed.has(origin)) return "own";
	if (site !== undefined) return site === "same-origin" ? "own" : "foreign";
	if (origin === undefined) return "unsaid";
	return origin.toLowerCase() === own.toLowerCase() ? "own" : "foreign";
}
