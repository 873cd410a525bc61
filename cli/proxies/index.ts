/** Old links with their new addresses, as files for a proxy of one's own. */

import type { LinkLine } from "../../contracts/migration/migration";
import type { OldLinks } from "../../domain/migration/old-links";
import { csvRecord } from "../../domain/text/csv";
import type { LinkFormat } from "../formats";
import { caddyMaps } from "./caddy";
import { nginxMaps } from "./nginx";
import { type ProxyRoutes, proxyRoutes } from "./routes";

interface Rendered {
	readonly text: string;
	/** How many are not in it. */
	readonly left: number;
}
type Render = (lines: readonly LinkLine[], mappings: readonly OldLinks[]) => Rendered;

const proxy =
	(maps: (routes: ProxyRoutes) => string): Render =>
	(lines, mappings) => {
		const routes = proxyRoutes(lines, mappings);
		return { text: maps(routes), left: routes.left };
	};

/** @param mappings what each mapping says of old links */
export const RENDER: Readonly<Record<LinkFormat, Render>> = {
	nginx: proxy(nginxMaps),
	caddy: proxy(caddyMaps),
	csv: lines => ({
		text: [
			csvRecord(["user name", "old path", "new address"]),
			...lines.map(({ username, path, target }) => csvRecord([username, path, target]))
		].join(""),
		left: 0
	})
};
