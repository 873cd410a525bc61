/**
 * The page under `/docs`: Swagger UI on the OpenAPI document, from this gateway alone. Its scripts are files, so that it
 * runs where a Content-Security-Policy forbids those written into a page.
 */

/** Of the package swagger-ui-dist, served under `/docs/`, with their media types. */
export const DOCS_FILES = {
	"swagger-ui.css": "text/css; charset=utf-8",
	"swagger-ui-bundle.js": "text/javascript; charset=utf-8",
	"favicon-32x32.png": "image/png"
} as const;

/** Of `/docs` and what is below it, in place of what other answers have. */
export const DOCS_POLICY = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	// Its icons are data.
	"img-src 'self' data:",
	"connect-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'"
].join("; ");

/** `/docs` */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Banyan · REST</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
<nav class="ours" aria-label="Documents"><strong>Banyan</strong><a href="/docs/problems">Problems</a><a href="/docs/losses">Losses</a><a href="/api/openapi.json">OpenAPI</a></nav>
<noscript>This page needs JavaScript; the document itself is <a href="/api/openapi.json">/api/openapi.json</a>.</noscript>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/begin.js"></script>
</body>
</html>
`;

/** `/docs/docs.css`: a head of our own, less of what every operation repeats, and colours that can be read (WCAG 1.4.3). */
export const DOCS_STYLE = `body{margin:0}
.ours{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;align-items:baseline;padding:.8rem 1.5rem;background:#10261c;color:#f0f7f3;font:15px/1.5 system-ui,sans-serif}
.ours strong{margin-right:auto;font-size:1.1rem}
.ours a{color:#8fe0b9}
.swagger-ui .info{margin:1.6rem 0 1rem}
.swagger-ui .info hgroup.main a{display:none}
.swagger-ui .info .markdown table{max-width:44rem}
.swagger-ui .opblock-tag small{flex:3}
.swagger-ui .response[data-code^="4"] .response-col_description>:not(.response-col_description__inner),
.swagger-ui .response[data-code^="5"] .response-col_description>:not(.response-col_description__inner),
.swagger-ui .response-col_links{display:none}
html.dark-mode .swagger-ui .header-col{color:#e4e6e6}
html:not(.dark-mode) .swagger-ui .opblock.opblock-get .opblock-summary-method{background:#0b62b3}
html:not(.dark-mode) .swagger-ui .opblock.opblock-post .opblock-summary-method{background:#18714a}
html:not(.dark-mode) .swagger-ui .opblock.opblock-delete .opblock-summary-method{background:#bf1d1d}
html:not(.dark-mode) .swagger-ui .markdown code,html:not(.dark-mode) .swagger-ui .renderedMarkdown code{color:#6a0bbd}
html:not(.dark-mode) .swagger-ui .parameter__in{color:#565656}
html:not(.dark-mode) .swagger-ui .info a,html:not(.dark-mode) .swagger-ui .markdown a{color:#1c5aa8}
html:not(.dark-mode) .swagger-ui .btn.authorize span{color:#18714a}
html:not(.dark-mode) .swagger-ui .info .title small{background:#4b5261}
html:not(.dark-mode) .swagger-ui .info .title small.version-stamp{background:#456300}
.swagger-ui .highlight-code span[style*="211, 99, 99"],.swagger-ui .example span[style*="211, 99, 99"]{color:#ff9d9d!important}
.swagger-ui .opblock .opblock-summary-path{overflow-wrap:anywhere;word-break:normal}
@media(max-width:48rem){.swagger-ui .opblock .opblock-summary{flex-wrap:wrap}.swagger-ui .opblock-tag{flex-wrap:wrap;padding-right:0}.swagger-ui .opblock-tag small{flex:1 0 100%;padding:0}
.swagger-ui .wrapper{padding:0 .8rem}.swagger-ui .opblock .opblock-summary-description{flex-basis:100%}.swagger-ui .info pre{overflow-x:auto}.swagger-ui table.headers{table-layout:fixed;overflow-wrap:anywhere}}
`;

/** `/docs/begin.js`. The key that a reader types in stays in the page: it is not stored. */
export const DOCS_SCRIPT = `"use strict";
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
follow();
dark.addEventListener("change", follow);
window.SwaggerUIBundle({
	url: "/api/openapi.json",
	dom_id: "#docs",
	deepLinking: true,
	docExpansion: "none",
	defaultModelsExpandDepth: -1,
	defaultModelExpandDepth: 2,
	filter: true,
	persistAuthorization: false,
	validatorUrl: null
});
`;
