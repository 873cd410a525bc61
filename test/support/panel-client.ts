import type { Panel } from "../../demo/panels/panel";

type Call = (method: string, path: string, body?: object) => Promise<unknown>;

/** A panel's own API, as another person would use it. @param login the path of its login */
export async function signIn({ url }: Panel, login: string): Promise<Call> {
	const form = new URLSearchParams({ username: "admin", password: "admin123" });
	const answer = await fetch(url + login, { method: "POST", body: form });
	const { access_token } = (await answer.json()) as { access_token: string };
	const headers = { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
	return async (method, path, body) => {
		const said = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
		return said.headers.get("content-type")?.includes("json") ? said.json() : said.text();
	};
}
