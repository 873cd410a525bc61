/** Old links as maps of nginx: found by a hash, however many there are. */

import { exactly, isQuotable, type ProxyRoute, type ProxyRoutes } from "./routes";

/** nginx compares texts of a map without regard to case: of those that differ in nothing else, each becomes an expression. */
function entries(routes: readonly ProxyRoute[]): string[] {
	const alike = new Map<string, number>();
	for (const { from } of routes) alike.set(folded(from), (alike.get(folded(from)) ?? 0) + 1);
	return routes.map(({ from, to }) => {
		const plain = isQuotable(from) && alike.get(folded(from)) === 1;
		return `\t"${plain ? from : `~${exactly(from, byBytes)}`}" "${to}";`;
	});
}

/** Its expressions are of bytes. */
const byBytes = (character: string): string =>
	[...Buffer.from(character)].map(byte => `\\x${byte.toString(16).padStart(2, "0")}`).join("");

const folded = (text: string): string => text.replace(/[A-Z]/g, letter => letter.toLowerCase());

const powerOver = (least: number, number: number): number => Math.max(least, 2 ** Math.ceil(Math.log2(number + 1)));

/** What nginx must be told to hold them: a bucket takes the longest path, and there are enough of them. */
function sizes(routes: readonly ProxyRoute[]): { readonly bucket: number; readonly buckets: number } {
	const longest = routes.reduce((most, { from }) => Math.max(most, Buffer.byteLength(from)), 0);
	return { bucket: powerOver(512, longest + 32), buckets: powerOver(2048, routes.length * 2) };
}

export function nginxMaps({ routes, formats, pattern, place }: ProxyRoutes): string {
	const { bucket, buckets } = sizes(routes);
	const encoded = formats.filter(format => format.encoded);
	return `# Old links with their new addresses, ${routes.length} of them. Keys of customers stand in this file.
#
# In http { }, once:
#     include /etc/nginx/banyan-links.conf;
# In the server { } where old links arrive, with NEW and OLD as the systems' own addresses:
#     location ~ ${place} {
#         if ($banyan_link = "") { return 404; }    # or, while some are still there: { break; proxy_pass http://OLD; }
#         rewrite ^ $banyan_link break;
#         proxy_pass http://NEW;
#     }
${encoded.map(({ name, suffix }) => `# The format '${name}' is answered as '${suffix.slice(1)}' is, in base64: only Banyan's own gateway decodes it.\n`).join("")}
map_hash_bucket_size ${bucket};
map_hash_max_size ${buckets};

# The link itself, whatever prefix stands before it, and its format.
map $uri $banyan_old {
	default "";
	"~${pattern}" "$1";
}
map $uri $banyan_format {
	default "";
	"~${pattern}" "$2";
}
map $banyan_format $banyan_suffix {
	default "|";
${formats.map(({ name, suffix }) => `\t"${name}" "${suffix}";`).join("\n")}
}
map $banyan_old $banyan_target {
	default "";
${entries(routes).join("\n")}
}
# Empty where no one was moved, and where the target has no such format.
map "$banyan_target|$banyan_suffix" $banyan_link {
	default "";
	"~^(/[^|]+)[|](/[^|]+)?$" "$1$2";
}
`;
}
