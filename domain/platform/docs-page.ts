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
<title>Banyan · REST</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<noscript>This page needs JavaScript; the document itself is <a href="/api/openapi.json">/api/openapi.json</a>.</noscript>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/begin.js"></script>
</body>
</html>
`;

/** `/docs/begin.js`. The key that a reader types in stays in the page: it is not stored. */
export const DOCS_SCRIPT = `"use strict";
window.SwaggerUIBundle({
	url: "/api/openapi.json",
	dom_id: "#docs",
	deepLinking: true,
	docExpansion: "list",
	defaultModelsExpandDepth: 0,
	filter: true,
	persistAuthorization: false,
	validatorUrl: null
});
`;
