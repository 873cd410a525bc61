/** The report as one HTML file that needs nothing else. */

import type { Status } from "../contracts/migration/migration";
import type { ReportLine } from "../contracts/migration/records";
import { statusText } from "./text/status";

const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;"
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, character => ENTITIES[character] as string);

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1d2a24}
pre{background:#f2f6f3;padding:1rem;white-space:pre-wrap}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #dde5e0;vertical-align:top;overflow-wrap:anywhere}
.quarantined td:nth-child(4),.skipped td:nth-child(4){color:#a33}small{color:#5a6b62}`;

function row({ stream, id, name, outcome, target, losses, reason }: ReportLine): string {
	const notes = [...(reason ? [reason] : []), ...losses.map(loss => `${loss.code} (${loss.severity}): ${loss.reason}`)];
	// A name is shown by itself, whatever direction its script or its control characters have.
	const cells = [stream, id, `<bdi>${escaped(name)}</bdi>`, outcome, `<bdi>${escaped(target ?? "")}</bdi>`];
	return `<tr class="${outcome}">${cells.map(cell => `<td>${cell}</td>`).join("")}<td>${notes.map(escaped).join("<br>")}</td></tr>\n`;
}

export async function* htmlReport(status: Status, lines: AsyncIterable<ReportLine>): AsyncGenerator<string> {
	const title = escaped(`Migration ${status.name}`);
	yield `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${STYLE}</style><h1>${title}</h1><pre>${escaped(statusText(status))}</pre>
<table><thead><tr><th>Stream<th>Id<th>Name<th>Outcome<th>At the target<th>Notes</tr></thead><tbody>\n`;
	for await (const line of lines) yield row(line);
	yield "</tbody></table></html>\n";
}
