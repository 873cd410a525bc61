/**
 * The report as one HTML file that needs nothing else: no server, no network, and for its summary no script. It is written
 * as the records come: the head, the records as data, then what was gathered of them on the way.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DifferenceLine, Status } from "../../contracts/migration/migration";
import { OUTCOMES, type ReportLine, SEVERITIES } from "../../contracts/migration/records";
import { html, type Markup, ours } from "../../domain/text/html";
import { scriptJson } from "../../domain/text/json";
import { dataBlocks } from "./data";
import { Hands } from "./groups";
import { type Explained, hands, notices } from "./hands";
import { bars, cards, heading, headline, isTakenBack } from "./summary";

/** With the server that the report is of; null where it is of this machine. */
export interface ReportContent extends Explained {
	readonly status: Status;
	readonly lines: AsyncIterable<ReportLine>;
	/** What the last comparison, or a rollback, found. */
	readonly differences: AsyncIterable<DifferenceLine>;
}

const asset = (name: string): string => readFileSync(join(__dirname, name), "utf8");
const allowed = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

function opening({ name }: Status, style: string, script: string): Markup {
	const policy = `default-src 'none'; style-src ${allowed(style)}; script-src ${allowed(script)}; img-src data:; base-uri 'none'; form-action 'none'`;
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${ours(policy)}">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Migration ${name} · report</title>
<link rel="icon" href="data:,">
<style>${ours(style)}</style>
</head>
<body>
`;
}

/** How many records need a hand: of a finished run each once; before, those that are known by then. */
function handsOf({ verdict, phase, streams }: Status): number {
	const sum = (count: (stream: Status["streams"][number]) => number): number =>
		streams.reduce((all, stream) => all + count(stream), 0);
	if (isTakenBack(phase)) return sum(({ changedSince }) => changedSince);
	if (verdict !== null) return verdict.needHand.records;
	return sum(({ outcomes }) => outcomes.quarantined + outcomes.skipped);
}

export async function* htmlReport({ status, lines, differences, ...explained }: ReportContent): AsyncGenerator<string> {
	const [style, script] = [asset("page.css"), asset("page.js")];
	const gathered = new Hands();
	const hand = handsOf(status);
	yield opening(status, style, script).text;
	yield heading(status, headline(status, hand), explained.words).text;
	yield html`<main>\n${cards(status, hand)}${bars(status, explained.words)}`.text;
	yield* dataBlocks(lines, line => gathered.see(line));
	for await (const line of differences) gathered.seeDifference(line);
	const groups = gathered.groups(status);
	yield html`${hands(groups, explained, status)}${notices(groups, explained)}${table(status)}`.text;
	yield html`</main>\n<script>${ours(script)}</script>\n</body>\n</html>\n`.text;
}

/** What the script fills in. */
function table({ name, streams, phase }: Status): Markup {
	const known = scriptJson({
		streams: streams.map(({ stream }) => stream),
		outcomes: OUTCOMES,
		severities: SEVERITIES
	});
	return html`<section class="wrap" aria-labelledby="all"><h2 id="all" tabindex="-1">All records${isTakenBack(phase) ? ", as the run left them before it was taken back" : ""}</h2>
<noscript><p>The table of all records needs JavaScript. <code>banyan migration report ${name}</code> prints them, a line a record.</p></noscript>
<div id="records" hidden></div>
<script type="application/json" id="known">${ours(known)}</script></section>
`;
}
