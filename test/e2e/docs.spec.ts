/** The page of the API in a real browser, and the measurements as Prometheus' own tool reads them. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { CONTRACTS } from "../../contracts/cluster";
import { lossPath } from "../../domain/migration/vocabulary";
import { OPEN_ROUTES } from "../../domain/platform/open-routes";
import { rawDocuments } from "../../domain/platform/raw-documents";
import { routesOf } from "../../domain/platform/routes";
import { type Door, openDoor } from "../support/door";
import { until } from "../support/until";

let folder: string;
let door: Door;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-docs-"));
	door = await openDoor(folder);
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

/** Chapters that have operations of each kind. */
const OPENED = ["3 · Look", "API keys"];
const opened = (page: Page, chapter: string): Promise<void> =>
	page.locator(`.opblock-tag[data-tag="${chapter}"]`).click();

describe("/docs in a browser", () => {
	let browser: Browser;
	let page: Page;
	/** What went wrong on the page, and what it asked others for. */
	const wrong: string[] = [];
	const foreign: string[] = [];
	let documented: { readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly tags: string[] }>>>> };
	beforeAll(async () => {
		browser = await chromium.launch({
			executablePath: "/usr/bin/chromium",
			args: ["--no-sandbox", "--disable-dev-shm-usage"]
		});
		page = await browser.newPage();
		// Two hundred operations take a busy machine long to draw.
		page.setDefaultTimeout(120_000);
		page.on("console", message => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
		page.on("pageerror", error => wrong.push(String(error)));
		page.on("requestfailed", request => wrong.push(`${request.url()}: ${request.failure()?.errorText}`));
		page.on("response", answer => answer.status() >= 400 && wrong.push(`${answer.status()} ${answer.url()}`));
		page.on("request", request => {
			const { origin, protocol } = new URL(request.url());
			if (origin !== door.url && protocol !== "data:" && protocol !== "blob:") foreign.push(request.url());
		});
		await page.goto(`${door.url}/docs`);
		await page.waitForSelector(".opblock-tag");
		documented = (await door.ask("/api/openapi.json")).json as typeof documented;
	});
	afterAll(() => browser.close());

	const operation = (id: string) => page.locator(`[id="operations-${id.replace(".", "-")}"]`);

	it("lists every chapter, folded; opened, each operation of it", async () => {
		const operations = Object.values(documented.paths).flatMap(item => Object.values(item));
		expect(operations).toHaveLength(routesOf(CONTRACTS).length + OPEN_ROUTES.length + rawDocuments(CONTRACTS).length);
		const chapters = new Set(operations.flatMap(({ tags }) => tags));
		await until(async () => (await page.locator('.opblock-tag[data-is-open="false"]').count()) === chapters.size);
		expect(await page.locator(".opblock").count()).toBe(0);
		for (const chapter of OPENED) {
			await opened(page, chapter);
			const listed = page.locator(".opblock-tag-section.is-open .opblock");
			const of = operations.filter(({ tags }) =>
				OPENED.slice(0, OPENED.indexOf(chapter) + 1).some(each => tags.includes(each))
			);
			await until(async () => (await listed.count()) === of.length);
		}
		expect(await page.title()).toBe("Banyan · REST");
	});

	it("opens one, and shows what it takes and answers", async () => {
		const one = page.locator(".opblock", { hasText: "/api/v1/migrations/{name}/logs" }).first();
		await one.locator(".opblock-summary-control").click();
		await one.locator(".responses-wrapper").waitFor();
		const text = await one.textContent();
		for (const said of ["Last-Event-ID", "text/event-stream", "migration:read", "404"]) expect(text).toContain(said);
	});

	it("takes a key, and tries an operation with it", async () => {
		await page.locator(".auth-wrapper .authorize").click();
		const form = page.locator(".auth-container", { hasText: "X-API-Key" });
		await form.locator("input").fill(door.key);
		await form.locator("button.authorize").click();
		await page.locator(".btn-done").first().click();
		const list = operation("migration.list")
			.or(page.locator(".opblock", { has: page.locator('[data-path="/api/v1/migrations"]') }))
			.first();
		await list.locator(".opblock-summary-control").click();
		await list.locator(".try-out__btn").click();
		const [answer] = await Promise.all([
			page.waitForResponse(`${door.url}/api/v1/migrations`),
			list.locator("button.execute").click()
		]);
		expect([answer.status(), await answer.json()]).toEqual([200, []]);
		await list.locator(".live-responses-table").waitFor();
		expect(await list.locator(".live-responses-table .response-col_status").last().textContent()).toMatch(/^200/);
	});

	it("forgets the key with the page", async () => {
		const kept = await page.evaluate(
			"JSON.stringify([Object.values(localStorage), Object.values(sessionStorage), document.cookie])"
		);
		expect(kept).not.toContain(door.key);
		await page.reload();
		await page.waitForSelector(".opblock-tag");
		expect(await page.locator(".auth-wrapper .authorize.locked").count()).toBe(0);
	});

	it("meets no error on the way, and asks nobody but the gateway", () => {
		expect([wrong, foreign]).toEqual([[], []]);
	});
});

it.each(["light", "dark"] as const)("/docs can be read, %s, as whoever looks has it", async colorScheme => {
	const browser = await chromium.launch({
		executablePath: "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-dev-shm-usage"]
	});
	try {
		const page = await (await browser.newContext({ colorScheme, bypassCSP: true })).newPage();
		await page.goto(`${door.url}/docs`);
		page.setDefaultTimeout(120_000);
		for (const chapter of OPENED) await opened(page, chapter);
		const [light] =
			String(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")).match(/\d+/) ?? [];
		if (colorScheme === "dark") expect(Number(light)).toBeLessThan(60);
		// What it shows of an operation, too.
		for (const method of ["get", "post", "delete"])
			await page.locator(`.opblock-${method} .opblock-summary-control`).first().click();
		await page.locator(".responses-wrapper").nth(2).waitFor();
		await page.addScriptTag({ content: readFileSync(require.resolve("axe-core/axe.min.js"), "utf8") });
		const { violations } = (await page.evaluate(
			"axe.run({ include: ['.ours', '.info', '.auth-wrapper', '.opblock.is-open'] }, { runOnly: ['color-contrast'] })"
		)) as {
			violations: { nodes: { target: string[]; failureSummary: string }[] }[];
		};
		expect(
			violations.flatMap(({ nodes }) => nodes.map(({ target, failureSummary }) => [target, failureSummary]))
		).toEqual([]);
	} finally {
		await browser.close();
	}
});

describe("the pages of codes in a browser", () => {
	it.each([
		["/docs/problems", 1280, "light", "THROTTLED"],
		["/docs/problems", 390, "dark", "THROTTLED"],
		["/docs/losses", 1280, "dark", "limited_disabled"],
		["/docs/losses", 390, "light", "limited_disabled"]
	] as const)(
		"%s has no fault that axe finds, at %i px, %s, and an anchor a code",
		async (path, width, colorScheme, code) => {
			const browser = await chromium.launch({
				executablePath: "/usr/bin/chromium",
				args: ["--no-sandbox", "--disable-dev-shm-usage"]
			});
			try {
				const viewport = { width, height: 900 };
				const page = await (await browser.newContext({ viewport, colorScheme, bypassCSP: true })).newPage();
				await page.goto(`${door.url}${path}#${code}`);
				expect(await page.locator("article:target .code").textContent()).toBe(code);
				await page.addScriptTag({ content: readFileSync(require.resolve("axe-core/axe.min.js"), "utf8") });
				const { violations } = (await page.evaluate("axe.run()")) as { violations: { id: string; nodes: unknown[] }[] };
				expect(violations).toEqual([]);
				expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
			} finally {
				await browser.close();
			}
		}
	);

	it("are where a problem's type, and a code of a report, lead", async () => {
		const { json } = await door.ask("/nowhere");
		const page = await door.ask(json.type.split("#")[0], { key: null });
		expect([json.type, page.status]).toEqual(["/docs/problems#NOT_FOUND", 200]);
		expect(page.text).toContain('id="NOT_FOUND"');
		const losses = await door.ask(lossPath("renamed").split("#")[0] as string, { key: null });
		expect(losses.text).toContain('id="renamed"');
	});
});

describe("/metrics", () => {
	it("is as promtool wants it", async () => {
		for (const path of ["/api/v1/migrations", "/api/v1/api-keys", "/live", "/nowhere", "/sub/a/b"])
			await door.ask(path);
		await door.ask("/api/v1/migrations/none");
		const { text, headers } = await door.ask("/metrics", { key: null });
		expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
		const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
		expect([stdout, stderr, status]).toEqual(["", "", 0]);
		for (const name of ["banyan_up", "moleculer_request_total", "moleculer_request_time_seconds_bucket"])
			expect(text).toContain(`\n${name}{`);
	});
});
