/** A browser without a window: cookies a host, redirects one by one, forms as they stand. */

export interface Page {
	readonly status: number;
	readonly url: URL;
	readonly text: string;
	readonly headers: Headers;
}

export class Browser {
	/** By host, by name. */
	private readonly jars = new Map<string, Map<string, string>>();

	cookie(url: string, name: string): string | undefined {
		return this.jar(new URL(url)).get(name);
	}

	setCookie(url: string, name: string, value: string): void {
		this.jar(new URL(url)).set(name, value);
	}

	private jar({ host }: URL): Map<string, string> {
		const jar = this.jars.get(host) ?? new Map<string, string>();
		this.jars.set(host, jar);
		return jar;
	}

	/** One request: a redirect is an answer. */
	async ask(address: string | URL, init: RequestInit = {}): Promise<Page> {
		const url = new URL(address);
		const jar = this.jar(url);
		const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
		const headers = { ...(init.headers as Record<string, string>), ...(cookie !== "" && { cookie }) };
		const answer = await fetch(url, { ...init, headers, redirect: "manual" });
		for (const line of answer.headers.getSetCookie()) keep(jar, line);
		return { status: answer.status, url, text: await answer.text(), headers: answer.headers };
	}

	/** Follows redirects until there is a page, or until the next address is one of `until`: that is not asked. */
	async go(address: string | URL, until: string, init: RequestInit = {}): Promise<Page> {
		let page = await this.ask(address, init);
		for (let hops = 0; page.status >= 300 && page.status < 400; hops++) {
			if (hops === 20) throw new Error(`It goes in circles at ${page.url.href}.`);
			const next = new URL(page.headers.get("location") ?? "", page.url);
			if (next.href.startsWith(until)) return { ...page, url: next };
			page = await this.ask(next);
		}
		return page;
	}

	/** Sends the only form of a page, with these fields beside its own. */
	submit(page: Page, fields: Readonly<Record<string, string>>, until: string): Promise<Page> {
		const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1];
		if (action === undefined) throw new Error(`There is no form at ${page.url.href}: ${page.status} ${page.text}`);
		const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
		const body = new URLSearchParams({
			...Object.fromEntries(hidden.map(([, name, value]) => [name, value])),
			...fields
		});
		return this.go(new URL(action, page.url), until, { method: "POST", body });
	}
}

function keep(jar: Map<string, string>, line: string): void {
	const [pair = "", ...attributes] = line.split(/; */);
	const [name = "", value = ""] = pair.split(/=(.*)/s);
	const isOver = attributes.some(each => /^max-age=0$/i.test(each) || /^expires=.*1970/i.test(each));
	if (isOver || value === "") jar.delete(name);
	else jar.set(name, value);
}

/** Signs in at an issuer by its own pages, and agrees; answers where it sends the browser back to, which is not asked. */
export async function signInAt(browser: Browser, address: string, login: string, until: string): Promise<URL> {
	let page = await browser.go(address, until);
	for (let pages = 0; !page.url.href.startsWith(until); pages++) {
		if (pages === 4) throw new Error(`It does not end: ${page.status} ${page.url.href} ${page.text}`);
		page = await browser.submit(page, page.text.includes('name="login"') ? { login, password: "any" } : {}, until);
	}
	return page.url;
}
