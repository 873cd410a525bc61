import { fromAnswer } from "../../../../connectors/http/errors";
import type { Request } from "../../../../connectors/http/message";

const refusing = (detail: unknown) => ({ status: 422, headers: {}, text: JSON.stringify({ detail }) });
const said = (detail: unknown, request: Request) =>
	JSON.stringify(fromAnswer(refusing(detail), request)) + fromAnswer(refusing(detail), request).message;

describe("what a panel says back of what gives access", () => {
	const user = {
		username: "somebody",
		note: "a note",
		proxies: { vless: { id: "5f0c8a4e-1111-4111-8111-111111111111" }, trojan: { password: 'p"a\\s+s word' } }
	};
	const json = (body: object): Request => ({ method: "POST", path: "/api/user", body: JSON.stringify(body) });
	const form: Request = {
		method: "POST",
		path: "/api/admin/token",
		body: new URLSearchParams({ username: "root", password: "s3cr&t=pass" }).toString()
	};

	test.each([
		[
			"a password of a body",
			{ password: "'open-sesame' is too weak" },
			json({ username: "x", password: "open-sesame" }),
			"open-sesame"
		],
		["a password as a sentence", "admin x/open-sesame exists", json({ password: "open-sesame" }), "open-sesame"],
		["a proxy's id", { id: `${user.proxies.vless.id} is taken` }, json(user), user.proxies.vless.id],
		[
			"a proxy's password",
			{ proxies: `bad ${user.proxies.trojan.password}` },
			json(user),
			user.proxies.trojan.password
		],
		["a password of a form", "root:s3cr&t=pass is wrong", form, "s3cr&t=pass"]
	])("%s is not said on", (_, detail, request, secret) => {
		expect(said(detail, request)).not.toContain(secret);
		expect(said(detail, request)).toContain("…");
	});

	test("all else is", () => {
		expect(said({ username: "somebody is taken, a note" }, json(user))).toContain("somebody is taken, a note");
	});
});
