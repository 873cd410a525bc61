/** Old links as maps of a Caddyfile. */

import { exactly, isQuotable, type ProxyRoutes } from "./routes";

/** Its expressions are of characters. */
const byPoint = (character: string): string => `\\x{${character.codePointAt(0)?.toString(16)}}`;

export function caddyMaps({ routes, formats, pattern }: ProxyRoutes): string {
	const encoded = formats.filter(format => format.encoded);
	return `# Old links with their new addresses, ${routes.length} of them. Keys of customers stand in this file.
#
# In the site where old links arrive, with NEW as the new system's own address:
#     import /etc/caddy/banyan-links.caddy
#     handle @banyan_link {
#         rewrite * {banyan_link}
#         reverse_proxy NEW
#     }
${encoded.map(({ name, suffix }) => `# The format '${name}' is answered as '${suffix.slice(1)}' is, in base64: only Banyan's own gateway decodes it.\n`).join("")}
# The link itself, whatever prefix stands before it, and its format.
map {path} {banyan_old} {banyan_format} {
	"~${pattern}" "\${1}" "\${2}"
	default "" ""
}
map {banyan_format} {banyan_suffix} {
${formats.map(({ name, suffix }) => `\t"${name}" "${suffix}"`).join("\n")}
	default "|"
}
map {banyan_old} {banyan_target} {
${routes.map(({ from, to }) => `\t"${isQuotable(from) ? from : `~${exactly(from, byPoint)}`}" "${to}"`).join("\n")}
	default ""
}
# Empty where no one was moved, and where the target has no such format.
map "{banyan_target}|{banyan_suffix}" {banyan_link} {
	"~^(/[^|]+)[|](/[^|]+)?$" "\${1}\${2}"
	default ""
}
@banyan_link expression \`{banyan_link} != ""\`
`;
}
