/** The HTML report in a real browser: looks, search, order, pages, at any size; nothing of a record is markup. */

import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { HOSTILE, pageOf } from "../support/report";
import { until } from "../support/until";

/** A loaded machine is slow, not wrong. */
const PATIENT = 240_000;
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
let folder: string;
const written = async (name: string, parts: AsyncIterable<string>): Promise<string> => {
	const file = join(folder, name);
	await pipeline(Readable.from(parts), createWriteStream(file));
	return file;
};
let file: string;
/** Every kind of record is on its first page, and what axe takes grows with the page. */
let small: string;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-report-"));
	file = await written("report.html", pageOf(1_000));
	small = await written("small.html", pageOf(200));
	browser = await chromium.launch({
		executablePath: "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-dev-shm-usage"]
	});
}, PATIENT);
afterAll(async () => {
	await browser?.close();
	rmSync(folder, { recursive: true, force: true });
});

interface Opened extends AsyncDisposable {
	readonly page: Page;
	/** What the page asked anybody for, and what went wrong. */
	readonly told: string[];
}

async function open(path: string, options: BrowserContextOptions = {}): Promise<Opened> {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
	const page = await context.newPage();
	page.setDefaultTimeout(PATIENT);
	const told: string[] = [];
	page.on("console", message => told.push(message.text()));
	page.on("pageerror", error => told.push(String(error)));
	page.on("dialog", dialog => told.push(dialog.message()));
	page.on("request", request => {
		if (!/^(file|data):/.test(request.url())) told.push(request.url());
	});
	await page.goto(`file://${path}`);
	if (options.javaScriptEnabled !== false) await page.waitForSelector("#records table");
	return { page, told, [Symbol.asyncDispose]: () => context.close() };
}

const rows = (page: Page) => page.locator("#records tbody tr");
/** How many fit. */
const says = async (page: Page): Promise<string> => (await page.locator("#records .count").textContent()) ?? "";
const names = (page: Page): Promise<string[]> => page.locator("#records td.of-name").allTextContents();

describe("the report in a browser", () => {
	it.each([
		[1280, "light"],
		[1280, "dark"],
		[390, "light"],
		[390, "dark"]
	] as const)("has no fault that axe finds, at %i px, %s, and fits", async (width, colorScheme) => {
		// The file's own policy lets no script of ours in.
		await using opened = await open(small, { viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
		const { page } = opened;
		await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
		await page.addScriptTag({ content: AXE });
		const found = (await page.evaluate("axe.run()")) as {
			violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
		};
		const said = found.violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary]);
		expect(said).toEqual([]);
		expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
	});

	it("shows hostile names as the text that they are, and asks nobody for anything", async () => {
		await using opened = await open(file);
		const { page, told } = opened;
		for (const name of HOSTILE) {
			await page.locator("#search").fill(name.trim());
			await until(async () => (await says(page)).includes("that fit") && (await names(page)).includes(name));
		}
		for (const summary of await page.locator("summary").all()) await summary.click();
		expect(await page.locator("img, iframe, object, link[rel=stylesheet]").count()).toBe(0);
		expect([await page.evaluate("window.hacked ?? null"), told]).toEqual([null, []]);
	});

	it("says without JavaScript what matters, and who they are", async () => {
		await using opened = await open(file, { javaScriptEnabled: false });
		const text = await opened.page.locator("body").textContent();
		for (const said of [
			"Complete, with things to do",
			"1,000 of 1,000 records accounted for",
			"Marzneshin 0.7.4",
			"https://old.example:8000/panel",
			"13 min 14 s",
			"9f2c1d0e8b7a6f5e",
			"users have a new name at the target",
			"needs JavaScript"
		])
			expect(text).toContain(said);
		expect(await opened.page.locator("article.hand li").count()).toBeGreaterThan(100);
		expect(await opened.page.locator("button:visible").count()).toBe(0);
	});

	it("leads from what is to be done to those for whom it is", async () => {
		await using opened = await open(file);
		const { page } = opened;
		await page.locator('button.show[data-code="renamed"]').click();
		expect(await says(page)).toMatch(/^1–50 of 1\d\d records that fit, of 1,000 in all$/);
		expect(await page.locator("#by-code").inputValue()).toBe("renamed");
		for (const notes of await page.locator("#records td.of-notes").allTextContents())
			expect(notes).toContain("renamed");
		await page.locator("button", { hasText: "Clear" }).click();
		expect(await says(page)).toBe("1–50 of 1,000 records");
	});

	it("filters by each of its lists", async () => {
		await using opened = await open(file);
		const { page } = opened;
		await page.locator("#by-outcome").selectOption("quarantined");
		expect(await rows(page).count()).toBe(11);
		await page.locator("#by-outcome").selectOption("");
		await page.locator("#by-severity").selectOption("degraded");
		expect(await says(page)).toMatch(/ of 7\d records that fit/);
		await page.locator("#by-outcome").selectOption("skipped");
		expect(await says(page)).toBe("None of 1,000 records fits.");
	});

	it("is printed without what can only be clicked, and with all that is folded", async () => {
		await using opened = await open(file);
		await opened.page.emulateMedia({ media: "print" });
		expect(
			await opened.page.locator("#records .controls, #records .pager, button.show").filter({ visible: true }).count()
		).toBe(0);
		expect(await opened.page.locator("article.hand").first().isVisible()).toBe(true);
	});
});

describe("the report of 200,000 records", () => {
	it(
		"is written in flat memory, and searched, ordered and turned over in the browser",
		async () => {
			const path = await written("large.html", pageOf(200_000));
			await using opened = await open(path);
			const { page, told } = opened;
			expect(await says(page)).toBe("1–50 of 200,000 records");
			const within = async (what: () => Promise<unknown>): Promise<number> => {
				const begun = performance.now();
				await what();
				return performance.now() - begun;
			};
			const took = {
				search: await within(async () => {
					await page.locator("#search").fill("ali_rezaei_199");
					await until(async () => (await says(page)).includes("that fit"));
				}),
				order: await within(() => page.locator("th button", { hasText: "Name" }).click()),
				page: await within(() => page.getByRole("button", { name: "Last page" }).click())
			};
			expect((await names(page)).every(name => name.startsWith("ali_rezaei_199"))).toBe(true);
			await page.locator("button", { hasText: "Clear" }).click();
			await page.locator("th button", { hasText: "Id" }).click();
			await page.locator("th button", { hasText: "Id" }).click();
			expect(await page.locator("#records td.of-id").first().textContent()).toBe("200000");
			await page.locator("#page").fill("4000");
			await page.locator("#page").press("Enter");
			expect(await page.locator("#records td.of-id").last().textContent()).toBe("1");
			for (const [what, ms] of Object.entries(took)) expect([what, ms < 30_000]).toEqual([what, true]);
			expect(told).toEqual([]);
		},
		PATIENT
	);
});
