/** The account page in Chromium, with its own authenticator: the whole way of somebody who registers and uses passkeys. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import jsQR from "jsqr";
import { Secret, TOTP } from "otpauth";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Broker } from "../../cluster";
import { openNode, SERVICES } from "../../node";
import { until } from "../support/until";

/** A loaded machine is slow, not wrong. */
const PATIENT = 240_000;
jest.setTimeout(PATIENT);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const PASSWORD = "seven wild swans";

let browser: Browser;
let folder: string;
let broker: Broker;
let url: string;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-account-"));
	broker = await openNode(
		{ services: [...SERVICES], logLevel: "fatal", logFile: 2 },
		{ DATA_DIR: folder, GATEWAY_PORT: "0" }
	);
	const { address } = broker.getLocalService("gateway") as unknown as { readonly address: string };
	// A browser takes no address of a machine for a passkey's domain.
	url = address.replace("127.0.0.1", "localhost");
	browser = await chromium.launch({
		executablePath: "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-dev-shm-usage"]
	});
});
afterAll(async () => {
	await browser?.close();
	await broker?.stop();
	rmSync(folder, { recursive: true, force: true });
});

/** A device: cookies of its own, and an authenticator that is asked by nobody but the page. */
async function device(options: BrowserContextOptions = {}) {
	const context = await browser.newContext({ viewport: { width: 390, height: 900 }, ...options });
	const page = await context.newPage();
	page.setDefaultTimeout(PATIENT);
	const session = await context.newCDPSession(page);
	await session.send("WebAuthn.enable");
	const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
		options: {
			protocol: "ctap2",
			transport: "internal",
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true
		}
	});
	await page.goto(`${url}/account`);
	await page.waitForSelector("#out:not([hidden])");
	return { context, page, session, authenticatorId };
}

const fill = async (page: Page, form: string, fields: Record<string, string>): Promise<void> => {
	for (const [name, value] of Object.entries(fields)) await page.fill(`${form} [name=${name}]`, value);
	await page.click(`${form} button`);
};
const says = (page: Page, text: string): Promise<void> => page.locator("#said", { hasText: text }).waitFor();
const isIn = (page: Page): Promise<unknown> => page.waitForSelector("#in:not([hidden])");

/** The last letter to an address. */
async function letterTo(email: string, about: string): Promise<string> {
	const found = (): string | undefined =>
		readdirSync(join(folder, "mail"))
			.filter(name => name.endsWith(".eml"))
			.map(name =>
				readFileSync(join(folder, "mail", name), "utf8")
					.replace(/=\r?\n/g, "")
					.replace(/=3D/g, "=")
			)
			.find(text => text.includes(email) && text.includes(about));
	await until(() => {
		try {
			return found() !== undefined;
		} catch {
			// There is no letter yet.
			return false;
		}
	});
	return found() ?? "";
}

async function registered(page: Page, email: string): Promise<void> {
	await fill(page, "#register", { email, password: PASSWORD });
	await says(page, "A letter is on its way");
	const letter = await letterTo(email, "verify-email?token=");
	await fill(page, "#verify", { token: linkIn(letter, "verify-email") });
	await says(page, "is confirmed");
}
const linkIn = (letter: string, what: string): string =>
	new RegExp(`https?:\\S+#${what}\\?token=[\\w.~%-]+`).exec(letter)?.[0] ?? "";
/** As whoever follows it in this browser. The server's own name stands for the port that a test has. */
async function follow(page: Page, link: string): Promise<void> {
	await page.goto(`${url}/account${new URL(link).hash}`);
	await page.waitForSelector("#letter:not([hidden])");
	// Neither the history nor whoever is asked next learns it.
	expect(page.url()).toBe(`${url}/account`);
}
async function signedIn(page: Page, email: string): Promise<void> {
	await fill(page, "#login", { email, password: PASSWORD });
	await isIn(page);
}
const sessionCookie = async (context: BrowserContext) =>
	(await context.cookies(url)).find(({ name }) => name === "__Host-banyan-session");

it("registers, adds a passkey, signs in with it and no address, and revokes the other device", async () => {
	const email = "ada@example.com";
	const laptop = await device();
	await registered(laptop.page, email);
	const phone = await device();
	await signedIn(phone.page, email);
	await signedIn(laptop.page, email);
	expect(await sessionCookie(laptop.context)).toMatchObject({
		httpOnly: true,
		secure: true,
		sameSite: "Lax",
		path: "/"
	});
	expect(await laptop.page.evaluate("document.cookie")).toBe("");

	await fill(laptop.page, "#add-passkey", { name: "my laptop" });
	await says(laptop.page, "The passkey is there");
	const { credentials } = await laptop.session.send("WebAuthn.getCredentials", {
		authenticatorId: laptop.authenticatorId
	});
	expect(credentials).toMatchObject([{ rpId: "localhost", isResidentCredential: true }]);

	await laptop.page.click("#logout");
	await says(laptop.page, "signed out");
	expect(await sessionCookie(laptop.context)).toBeUndefined();
	await laptop.page.click("#by-passkey");
	await isIn(laptop.page);
	expect(await laptop.page.textContent("#who")).toBe(email);

	const others = laptop.page.locator("#sessions button");
	expect(await others.count()).toBe(1);
	await others.first().click();
	await says(laptop.page, "That device is signed out");
	expect(await others.count()).toBe(0);
	await phone.page.reload();
	await phone.page.waitForSelector("#out:not([hidden])");
	await laptop.context.close();
	await phone.context.close();
});

it("a letter's link is looked at as often as one likes, and done once its reader says so, once", async () => {
	const email = "eve@example.com";
	const { page, context } = await device();
	await fill(page, "#register", { email, password: PASSWORD });
	await says(page, "A letter is on its way");
	const verify = linkIn(await letterTo(email, "verify-email?token="), "verify-email");
	for (let looks = 0; looks < 2; looks++) {
		await follow(page, verify);
		await page.click("#letter-not");
		await says(page, "Nothing was changed");
	}
	await fill(page, "#login", { email, password: PASSWORD });
	await says(page, "not right");
	await follow(page, verify);
	expect(await page.isVisible("#reset")).toBe(false);
	await page.click("#confirm button");
	await says(page, `${email} is confirmed.`);

	await fill(page, "#forgot", { email });
	await says(page, "A letter is on its way");
	const reset = linkIn(await letterTo(email, "reset-password?token="), "reset-password");
	await follow(page, reset);
	expect(await page.isVisible("#confirm")).toBe(false);
	const next = "nine wild swans fly";
	await fill(page, "#reset", { password: next });
	await says(page, "The new password holds");
	await fill(page, "#login", { email, password: next });
	await isIn(page);
	await follow(page, reset);
	await fill(page, "#reset", { password: PASSWORD });
	await says(page, "used");
	await context.close();
});

const SIDE = 400;
/** In the page: the pixels of the code as it is shown. */
const PIXELS = `(async () => {
	const image = document.querySelector("#app-qr");
	await image.decode();
	const canvas = Object.assign(document.createElement("canvas"), { width: ${SIDE}, height: ${SIDE} });
	const context = canvas.getContext("2d");
	context.drawImage(image, 0, 0, ${SIDE}, ${SIDE});
	return [...context.getImageData(0, 0, ${SIDE}, ${SIDE}).data];
})()`;
/** What an app's camera reads. */
const scanned = async (page: Page): Promise<string> =>
	jsQR(new Uint8ClampedArray(await page.evaluate<number[]>(PIXELS)), SIDE, SIDE)?.data ?? "";

it("asks for an app's code, or a passkey, as the second factor, and once more before what matters", async () => {
	const email = "bob@example.com";
	const { page, context } = await device();
	await registered(page, email);
	await signedIn(page, email);
	await page.click("#app-add");
	await page.waitForSelector("#app-confirm:not([hidden])");
	const shown = (await page.textContent("#app-secret")) ?? "";
	expect(new URL(await scanned(page)).searchParams.get("secret")).toBe(shown);
	const secret = Secret.fromBase32(shown);
	const app = new TOTP({ secret });
	await fill(page, "#app-confirm", { code: app.generate() });
	await says(page, "Your app is a second factor");
	const codes = await page.locator("#codes-list li").allTextContents();
	expect(codes).toHaveLength(10);
	expect(await letterTo(email, "Added to the account")).toContain("codes of an app");

	await fill(page, "#add-passkey", { name: "key" });
	await says(page, "The passkey is there");
	await page.click("#logout");
	await says(page, "signed out");
	await fill(page, "#login", { email, password: PASSWORD });
	await page.waitForSelector("#second:not([hidden])");
	await fill(page, "#second-code", { code: "0000-0000-0000" });
	await says(page, "not right");
	await page.click("#second-passkey");
	await isIn(page);

	await page.click("#logout");
	await says(page, "signed out");
	await fill(page, "#login", { email, password: PASSWORD });
	await page.waitForSelector("#second:not([hidden])");
	await fill(page, "#second-code", { code: codes[4] ?? "" });
	await isIn(page);
	expect(await page.textContent("#app-state")).toContain("Recovery codes left: 9.");

	// They proved it too long ago: what changes their factors asks once more.
	const real = Date.now;
	jest.spyOn(Date, "now").mockImplementation(() => real() + 11 * 60_000);
	await page.click("#app-remove");
	await page.waitForSelector("#second:not([hidden])");
	expect(await page.isVisible("#second-password")).toBe(false);
	await page.click("#second-passkey");
	await says(page, "The app is removed");
	jest.restoreAllMocks();
	await context.close();
});

it.each([
	[1280, "light"],
	[390, "dark"]
] as const)("has no fault that axe finds, at %i px, %s, signed out and in, and fits", async (width, colorScheme) => {
	const email = `axe${width}@example.com`;
	const { page, context } = await device({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
	const faults = async (): Promise<unknown[]> => {
		await page.addScriptTag({ content: AXE });
		const found = (await page.evaluate("axe.run()")) as {
			violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
		};
		expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
		return found.violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary]);
	};
	expect(await faults()).toEqual([]);
	for (const what of ["verify-email", "reset-password"]) {
		await follow(page, `http://localhost/account#${what}?token=a.b`);
		expect(await faults()).toEqual([]);
		await page.reload();
		await page.waitForSelector("#out:not([hidden])");
	}
	await registered(page, email);
	await signedIn(page, email);
	await fill(page, "#add-passkey", { name: "<img src=x onerror=alert(1)>" });
	await says(page, "The passkey is there");
	await page.click("#app-add");
	await page.waitForSelector("#app-confirm:not([hidden])");
	expect(await page.textContent("#passkeys li")).toContain("<img src=x");
	expect(await faults()).toEqual([]);
	await context.close();
});

it("runs nothing but its own files", async () => {
	const answer = await fetch(`${url}/account`);
	expect(answer.headers.get("content-security-policy")).toMatch(
		/default-src 'none'; script-src 'self'; style-src 'self'/
	);
	expect(
		(await answer.text()).match(/<script(?! type="module" src="\/account\/page\.mjs">)|\son\w+=|style=/g)
	).toBeNull();
	for (const path of ["/account/page.ts", "/account/../x", "/account/page", "/account/%2e%2e/passkeys.service.ts"])
		expect((await fetch(url + path)).status).toBe(404);
});
