/** What a panel says under our name: only what subscription clients know, in the form that it has there. */

import fc from "fast-check";
import { passedOn, policyOf } from "../../../../../domain/migration/subscriptions/panel-headers";
import { anyCharacter } from "../../../../support/any-character";

const ADDRESS = "https://sub.example.com/sub/a/b";
const passed = (headers: Record<string, string | string[]>, page = false) =>
	passedOn({ "content-type": "text/plain", ...headers }, { page, address: ADDRESS });

/** Speaks for a host, to a browser, a cache or the proxy before us. */
const OF_A_HOST = `
	service-worker-allowed service-worker-navigation-preload clear-site-data content-security-policy
	content-security-policy-report-only strict-transport-security public-key-pins expect-ct x-content-type-options
	x-frame-options x-xss-protection x-permitted-cross-domain-policies referrer-policy permissions-policy feature-policy
	document-policy cross-origin-opener-policy cross-origin-embedder-policy cross-origin-resource-policy origin-agent-cluster
	access-control-allow-origin access-control-allow-credentials access-control-allow-headers access-control-allow-methods
	access-control-expose-headers access-control-allow-private-network timing-allow-origin set-cookie set-cookie2 set-login
	location content-location refresh link sourcemap x-sourcemap speculation-rules nel report-to reporting-endpoints
	alt-svc alt-used accept-ch critical-ch accept-ranges content-range server date via age vary expires pragma cache-control
	cdn-cache-control surrogate-control surrogate-key cache-tag cache-status edge-control warning x-accel-redirect
	x-accel-expires x-accel-limit-rate x-accel-buffering x-accel-charset x-sendfile x-lighttpd-send-file x-cache-key
	www-authenticate authentication-info proxy-authenticate proxy-authorization connection keep-alive te trailer
	transfer-encoding upgrade content-length content-encoding content-language retry-after x-correlation-id
	idempotency-replayed x-powered-by tk dpr sec-websocket-accept deprecation sunset priority server-timing no-vary-search
	observe-browsing-topics activate-storage-access supports-loading-mode attribution-reporting-register-source
	use-as-dictionary host authorization cookie x-forwarded-for x-forwarded-proto x-forwarded-host forwarded new-url
	moved-permanently-to profile_title subscriptions __proto__ constructor
`
	.trim()
	.split(/\s+/);

it.each(OF_A_HOST)("%s stays out", name => {
	expect(passed(JSON.parse(`{ "${name}": "*" }`))).toEqual({ "content-type": "text/plain" });
});

it.each([
	["content-disposition", 'attachment; filename="josé"'],
	["etag", '"1"'],
	["etag", 'W/"a-b"'],
	["last-modified", "Thu, 26 Nov 2026 20:00:00 GMT"],
	["profile-title", "base64:U3Vic2NyaXB0aW9u"],
	["profile-update-interval", "12"],
	["subscription-userinfo", "upload=0; download=1; total=0; expire=0"],
	["subscription-autoconnect-type", "lowestdelay"],
	["support-url", "https://t.me/"],
	["support-url", "tg://resolve?domain=a"],
	["support-url", "t.me/a"],
	["announce", "base64:8J+RjQ=="],
	["announce-url", "https://example.com/a?b=c"],
	["routing", "happ://routing/onadd/eyJOYW1lIjoi4oCmIn0="],
	["routing-enable", "1"],
	["sub-expire-button-link", "https://example.com"],
	["fragmentation-interval", "10-20"],
	["x-hwid-limit", "true"],
	["hide-settings", "1"]
])("%s goes on: %s", (name, value) => {
	expect(passed({ [name]: value })).toEqual({ "content-type": "text/plain", [name]: value });
});

it.each([
	["support-url", "javascript:alert(1)"],
	["support-url", " JavaScript:alert(1)"],
	["announce-url", "data:text/html,<script>"],
	["sub-info-button-link", "intent://x#Intent;end"],
	["etag", "1"],
	["etag", '"a"b"'],
	["last-modified", "yesterday"],
	["content-disposition", "x"],
	["profile-title", "a\u0000b"],
	["profile-title", "a\u001bb"],
	["profile-title", "a\r\nset-cookie: b"],
	["profile-title", "a".repeat(5000)]
])("%s with a value that is none stays out", (name, value) => {
	expect(passed({ [name]: value })).toEqual({ "content-type": "text/plain" });
});

it("names our own page, the first of several values, and nothing that Connection names", () => {
	expect(passed({ "profile-web-page-url": "http://panel/sub" })["profile-web-page-url"]).toBe(ADDRESS);
	expect(passed({ "profile-title": ["a", "b"] })["profile-title"]).toBe("a");
	expect(passed({ connection: "close, Profile-Title", "profile-title": "a" })).toEqual({
		"content-type": "text/plain"
	});
});

const TYPES: readonly (readonly [string, string, string])[] = [
	["text/plain; charset=utf-8", "text/plain; charset=utf-8", "text/plain; charset=utf-8"],
	["application/json", "application/json", "application/json"],
	["text/yaml; charset=utf-8", "text/yaml; charset=utf-8", "text/yaml; charset=utf-8"],
	["text/html; charset=utf-8", "application/octet-stream", "text/html; charset=utf-8"],
	["text/html", "application/octet-stream", "text/html; charset=utf-8"],
	...[
		"text/html; charset=utf-7",
		"application/xhtml+xml",
		"image/svg+xml",
		"text/xml",
		"application/xml",
		"application/rss+xml",
		"text/javascript",
		"application/javascript",
		"application/x-javascript",
		"text/css",
		"application/wasm",
		"application/pdf",
		"application/manifest+json",
		"application/importmap+json",
		"application/speculationrules+json",
		"application/x-shockwave-flash",
		"multipart/x-mixed-replace; boundary=x",
		"message/http",
		"text/event-stream",
		"text/cache-manifest",
		"text/plain, text/html",
		"text/plain; charset=utf-8; x=y",
		"*/*",
		"",
		"text/plain\u0000"
	].map(type => [type, "application/octet-stream", "application/octet-stream"] as const)
];
it.each(TYPES)("the type %s is %s, and for a browser %s", (type, program, browser) => {
	expect(passed({ "content-type": type })["content-type"]).toBe(program);
	expect(passed({ "content-type": type }, true)["content-type"]).toBe(browser);
});

it("an answer is in a sandbox that is no part of our origin, whatever it is", () => {
	for (const [, program, browser] of TYPES)
		for (const type of [program, browser]) {
			expect(policyOf(type)).toMatch(/^sandbox\b/);
			expect(policyOf(type)).not.toMatch(/allow-same-origin|allow-top-navigation|allow-forms/);
		}
});

it("nothing passes that is not of the answer or of clients, whatever its name and value", () => {
	const known =
		/^(?:content-type|content-disposition|etag|last-modified|support-url|update-always|hide-settings|change-user-agent|ping-type|color-profile|providerid|(?:profile|subscription|sub|announce|routing|fragmentation|noises|notification|server-address-resolve|x-hwid)(?:-.*)?)$/;
	fc.assert(
		fc.property(
			fc.dictionary(fc.string({ unit: fc.constantFrom(..."abcdefgprofilesub-x_") }), fc.string({ unit: anyCharacter })),
			headers => {
				for (const [name, value] of Object.entries(passedOn(headers, { page: true, address: ADDRESS }))) {
					expect(name).toMatch(known);
					expect(value).toMatch(/^[\t\x20-\x7e\x80-\xff]{0,4096}$/);
				}
			}
		)
	);
});
