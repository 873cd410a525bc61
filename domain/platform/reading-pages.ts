/** `/docs/losses` and `/docs/problems`: pages to read, which need no script. What a code leads to has its anchor there. */

import { ERRORS } from "../../contracts/cluster";
import type { CodeWords } from "../meaning";
import { html, joined, type Markup, prose } from "../text/html";
import { LOSSES_INTRODUCTION, lossSections, type ShownMeaning } from "./losses-document";

/** `/docs/pages.css` */
export const PAGES_STYLE = `:root{color-scheme:light dark;--ink:#16211b;--soft:#4c5c54;--back:#fff;--panel:#f3f6f4;--line:#d5ded9;--link:#0b6142;--mark:#e3f2ea}
@media (prefers-color-scheme:dark){:root{--ink:#e6eeea;--soft:#a9b9b1;--back:#101713;--panel:#18211c;--line:#2c3832;--link:#7fd6ae;--mark:#1d3a2d}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.6 system-ui,sans-serif;color:var(--ink);background:var(--back)}
header,main{max-width:48rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.5rem}
header nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.9rem}
h1{font-size:1.9rem;line-height:1.2;margin:1.2rem 0 .6rem}
h2{margin:2.5rem 0 .3rem;font-size:1.35rem}
a{color:var(--link)}
article{border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1.1rem;margin:.9rem 0;scroll-margin-top:1rem}
article:target{border-color:var(--link);background:var(--mark)}
.code{margin:0;font:600 1.05rem/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
.code a{color:inherit;text-decoration:none}
.code a:hover{text-decoration:underline}
article p{margin:.45rem 0 0}
.about{color:var(--soft);font-size:.9rem;margin:.1rem 0 0}
code{font:.9em ui-monospace,monospace;background:var(--panel);padding:.05em .3em;border-radius:.25rem;overflow-wrap:anywhere}
main{padding-bottom:4rem}
`;

const frame = (title: string, body: Markup): string =>
	html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Banyan · ${title}</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/pages.css">
</head>
<body>
<header><nav aria-label="Documents"><a href="/docs">The API</a><a href="/docs/problems">Problems</a><a href="/docs/losses">Losses</a></nav></header>
<main>
${body}
</main>
</body>
</html>
`.text;

const heading = (code: string, level: 2 | 3): Markup =>
	html`<h${level} class="code"><a href="#${code}">${code}</a></h${level}>`;

const article = ({ code, about, says, parts }: ShownMeaning): Markup =>
	html`<article id="${code}">${heading(code, 3)}<p class="about">${about}</p><p>${prose(says)}</p>${parts.map(
		([term, text]) => html`<p><strong>${term}.</strong> ${prose(text)}</p>`
	)}</article>`;

/** `/docs/losses` */
export function lossesPage(words: CodeWords): string {
	const sections = lossSections(words).map(
		({ title, says, rows }) =>
			html`<section><h2>${title}</h2><p>${says}</p>\n${joined(rows.map(article), "\n")}</section>`
	);
	const introduction = joined(
		LOSSES_INTRODUCTION.map(text => html`<p>${prose(text)}</p>`),
		"\n"
	);
	return frame("losses", html`<h1>Losses and what to do about them</h1>\n${introduction}\n${joined(sections, "\n")}`);
}

/** `/docs/problems`: what each code of a problem means, and what to do; the `type` of a problem leads there. */
export const PROBLEMS_PAGE = frame(
	"problems",
	html`<h1>Problems and what to do about them</h1>
<p>Every error of the API is <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a> problem details. Its <code>code</code> is one of these and does not change; its <code>type</code> leads here; its <code>detail</code> says what is wrong this time. The <code>correlationId</code> names the request in the server's log.</p>
<p>Codes of a report or a plan are on <a href="/docs/losses">another page</a>.</p>
${joined(Object.entries(ERRORS).map(problem), "\n")}`
);

function problem([code, { status, title, means, todo }]: [string, (typeof ERRORS)[keyof typeof ERRORS]]): Markup {
	return html`<article id="${code}">${heading(code, 2)}<p class="about">HTTP ${status} · ${title}</p><p>${prose(means)}</p><p><strong>What to do.</strong> ${prose(todo)}</p></article>`;
}
