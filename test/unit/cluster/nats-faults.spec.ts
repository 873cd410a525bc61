import { awayBy, refusedWords } from "../../../cluster/nats/faults";

const coded = (code: string) => Object.assign(new Error("hunter2"), { code });

describe("why NATS is not reached", () => {
	it.each([
		["CONNECTION_REFUSED", false, /^NATS does not answer \(CONNECTION_REFUSED, for 9 ms\): check the address/],
		["ENOTFOUND", false, /^NATS does not answer \(ENOTFOUND/],
		["TIMEOUT", false, /^NATS does not answer \(TIMEOUT/],
		["AUTHORIZATION_VIOLATION", true, /^NATS does not let this node in \(AUTHORIZATION_VIOLATION\): correct it\.$/],
		["AUTHENTICATION_EXPIRED", true, /^NATS does not let this node in/],
		["ACCOUNT_EXPIRED", true, /^NATS does not let this node in/],
		["BAD_CREDS", true, /^NATS does not let this node in/],
		["UNABLE_TO_VERIFY_LEAF_SIGNATURE", true, /^NATS is not believed \(UNABLE.*TRANSPORTER_CA_FILE\.$/],
		["DEPTH_ZERO_SELF_SIGNED_CERT", true, /^NATS is not believed/],
		["CERT_HAS_EXPIRED", true, /^NATS is not believed .*out of date/],
		["ERR_TLS_CERT_ALTNAME_INVALID", true, /^NATS is not believed/],
		["SERVER_OPT_NA", true, /^NATS speaks no TLS there/],
		["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", false, /TRANSPORTER_CERT_FILE\.$/]
	])("%s is one sentence", (code, isFinal, sentence) => {
		const away = awayBy(coded(code), { login: "correct it", isTls: false });
		expect(away).toMatchObject({ code, isFinal });
		expect(away.says(9)).toMatch(sentence);
		expect(away.says(9)).not.toContain("hunter2");
	});

	it("a certificate that a server hung up on is named", () => {
		const known = { login: "", isTls: true, shown: "CN=stages, signed by CN=other" };
		expect(awayBy(coded("ECONNRESET"), known).says(9)).toMatch(
			/^NATS does not answer \(ECONNRESET, .*did not sign, or that has ended: TRANSPORTER_CERT_FILE is CN=stages, signed by CN=other\.$/
		);
	});

	it("a subject that is refused is named, and so is what to allow", () => {
		expect(refusedWords(["MOL-banyan.REQ.one"])).toMatch(
			/refuses this node 'MOL-banyan\.REQ\.one'.*'MOL-banyan\.>', or give the node .*NODE_GROUP.*\.$/
		);
	});
});
