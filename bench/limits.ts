/** The gateway's limits of requests, as a bench sets them: each is counted, as in a deployment, and none is ever spent. */

const NEVER_SPENT = "90000000/1m,9000000/1s";
const POLICIES = ["ALL", "SERVICES", "CLIENT", "READ", "WRITE", "LONG", "PUBLIC", "EVALUATION", "LINKS"];

export const LIMITED: Readonly<Record<string, string>> = Object.fromEntries(
	POLICIES.map(policy => [`GATEWAY_LIMIT_${policy}`, NEVER_SPENT])
);
