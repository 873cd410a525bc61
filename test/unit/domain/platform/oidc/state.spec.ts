import fc from "fast-check";
import { identityOf } from "../../../../../domain/platform/oidc/identity";
import { LOGIN_MS, type LoginState, readState, stateFault } from "../../../../../domain/platform/oidc/state";

const STATE: LoginState = { id: "i", provider: "one", browser: "digest", account: null, endsAt: LOGIN_MS };
const ASKED = { provider: "one", browser: "digest", nowMs: 0 };

describe("the state of a login", () => {
	it("is good in the browser that began it, for its provider, for ten minutes", () => {
		expect(stateFault(STATE, ASKED)).toBeUndefined();
		expect(stateFault(STATE, { ...ASKED, nowMs: LOGIN_MS - 1 })).toBeUndefined();
		expect(stateFault(STATE, { ...ASKED, nowMs: LOGIN_MS })).toContain("ten minutes ago");
	});

	it.each([
		["none of ours", undefined, ASKED, "none of this server's"],
		["another provider's", STATE, { ...ASKED, provider: "two" }, "another provider"],
		["another browser's", STATE, { ...ASKED, browser: "another" }, "in another browser"],
		["for a browser without a cookie", STATE, { ...ASKED, browser: null }, "no cookie"]
	])("%s is refused", (_, state, asked, words) => {
		expect(stateFault(state, asked)).toContain(words);
	});

	it("is none, whatever the text is, unless it is a table", () => {
		fc.assert(fc.property(fc.string(), text => void readState(text)));
		for (const text of ["", "[]", "null", "7", '"a"']) expect(readState(text)).toBeUndefined();
		expect(readState(JSON.stringify(STATE))).toEqual(STATE);
	});
});

describe("an identity", () => {
	const of = (...claims: unknown[]) => identityOf("https://id.example", "7", ...claims);

	it("is vouched for where its address was said, not elsewhere", () => {
		expect(of({ email: "a@b.example", email_verified: true })).toMatchObject({ email: "a@b.example", verified: true });
		expect(of({ email: "a@b.example" }, { email: "c@d.example", email_verified: true })).toMatchObject({
			email: "a@b.example",
			verified: false
		});
		expect(of({ email_verified: true }, { email: "c@d.example" })).toMatchObject({
			email: "c@d.example",
			verified: false
		});
	});

	it.each([false, "yes", 1, null, undefined, {}])("is not vouched for by %p", email_verified => {
		expect(of({ email: "a@b.example", email_verified }).verified).toBe(false);
	});

	it("takes nothing else for an address or a name than a text of a length that one has", () => {
		for (const email of [7, null, "", "  ", {}, ["a@b.example"], `${"a".repeat(250)}@b.example`])
			expect(of({ email, email_verified: true }).email).toBeNull();
		for (const name of [7, null, "", " ", {}]) expect(of({ name }).name).toBeNull();
		expect(of({ name: "x".repeat(500) }).name).toHaveLength(100);
		expect(of(null, undefined, "text", [])).toMatchObject({ email: null, verified: false, name: null });
	});
});
