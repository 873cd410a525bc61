/**
 * How the formats of Marzneshin's subscription links are called at Marzban (MAPPING: subscription_url). Without a format
 * the target chooses by the caller's user agent, as the source did. Pure.
 */

import type { LinkFormat, OldLinks, OldPath } from "../old-links";

const FORMATS: Readonly<Record<string, LinkFormat>> = {
	"": { suffix: "" },
	"sing-box": { suffix: "sing-box" },
	"clash-meta": { suffix: "clash-meta" },
	clash: { suffix: "clash" },
	v2ray: { suffix: "v2ray" },
	// Marzneshin's xray is what Marzban calls v2ray-json; its links are v2ray's, not encoded.
	xray: { suffix: "v2ray-json" },
	links: { suffix: "v2ray", decode: true },
	info: { suffix: "info" },
	usage: { suffix: "usage" }
};

/** `…/sub/<username>/<key>[/<format>]`; each owner may have set a prefix of their own. */
const OLD_PATH = /\/sub\/([^/]+)\/([^/]+)(?:\/([^/]+))?\/?$/;

function read(path: string): OldPath | undefined {
	const [found, username, key, format = ""] = OLD_PATH.exec(path) ?? [];
	if (found === undefined || username === undefined || key === undefined) return undefined;
	return { path: found, username: decodeURIComponent(username), key: decodeURIComponent(key), format };
}

const PLACE = "/sub/[^/]+/[^/]+";

export const oldLinks: OldLinks = {
	read,
	path: ({ username, key }) => `/sub/${username}/${key}`,
	format: name => (Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined),
	formats: Object.keys(FORMATS),
	pattern: `(${PLACE})(?:/([^/]+))?/?$`,
	place: PLACE
};
