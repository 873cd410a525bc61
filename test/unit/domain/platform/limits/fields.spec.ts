import { parseList } from "structured-headers";
import { failure } from "../../../../../cluster/errors";
import { ERRORS } from "../../../../../contracts/cluster";
import { LIMIT_SETTINGS } from "../../../../../contracts/platform/gateway-limits";
import { keysOf, tableOf } from "../../../../../contracts/table";
import { limitField, policyField, RATE_LIMIT_DRAFT, secondsOf } from "../../../../../domain/platform/limits/fields";
import { type LimitTexts, planOf, readLimits, strangerPlan } from "../../../../../domain/platform/limits/plan";
import { Windows } from "../../../../../domain/platform/limits/windows";
import { problemOf } from "../../../../../domain/platform/problem";
import { settingIn } from "../../../../../domain/platform/setting";

const usual = tableOf(keysOf(LIMIT_SETTINGS), key => settingIn(LIMIT_SETTINGS[key]).fallback) as LimitTexts;
const limits = (more: Partial<LimitTexts> = {}) => readLimits({ ...usual, ...more });
const ANNA = "person:anna";
const asked = { service: "notes", limit: "read" } as const;
const plan = planOf(limits({ limitRead: "100/1m,10/1s" }), asked, ANNA);

/** As whoever knows Structured Fields reads it. */
const read = (field: string) =>
	parseList(field).map(([name, params]) => ({ name, ...Object.fromEntries(params) }) as Record<string, unknown>);
const policies = read(plan.policies);
const after = (requests: number, ms = 0) => {
	const windows = new Windows();
	for (let n = 0; n < requests; n++) windows.take(plan.counters, 0);
	return windows.take(plan.counters, ms, 0).counts;
};
const items = (requests: number, ms = 0) => read(limitField(plan.told, after(requests, ms)));
const IANA = "https://iana.org/assignments/http-problem-types";

describe(`G4: ${RATE_LIMIT_DRAFT}`, () => {
	it.each<[string, () => void]>([
		[
			"§3: RateLimit-Policy is a list of strings",
			() => expect(policies.every(({ name }) => typeof name === "string")).toBe(true)
		],
		[
			"§3.1.1: q is a whole number, not below 0",
			() => expect(policies.map(({ q }) => q)).toEqual([100, 10, 90_000, 3_000, 600_000, 1_200_000])
		],
		[
			"§3.1.3: w is a whole number of seconds, not 0",
			() => expect(policies.map(({ w }) => w)).toEqual([60, 1, 60, 1, 60, 60])
		],
		[
			"§3.1.4: pk is a byte sequence, the same for a client with each request",
			() => {
				for (const { pk, name } of policies)
					expect(name === "all" ? pk === undefined : pk instanceof ArrayBuffer).toBe(true);
				expect(planOf(limits(), asked, ANNA).policies).toBe(planOf(limits(), asked, ANNA).policies);
				expect(planOf(limits(), asked, ANNA).policies).not.toBe(planOf(limits(), asked, "person:ben").policies);
			}
		],
		["§6.1: pk says nothing of who the client is", () => expect(plan.policies).not.toMatch(/anna|YW5uY/)],
		["§3: RateLimit-Policy stays the same whatever is left", () => expect(policyField(plan.told)).toBe(plan.policies)],
		[
			"§4: RateLimit names what RateLimit-Policy names, in parts alike",
			() => expect(items(1).map(({ name, pk }) => [name, pk])).toEqual(policies.map(({ name, pk }) => [name, pk]))
		],
		[
			"§4.1.1: r is what is left",
			() => expect(items(3).map(({ r }) => r)).toEqual([97, 7, 89_997, 2_997, 599_997, 1_199_997])
		],
		["§4.1.1: r reaches 0, and no less", () => expect(items(11).map(({ r }) => r)[1]).toBe(0)],
		[
			"§4.1.2: t is a whole number of seconds, until there is a new window, and no sooner",
			() => expect(items(1, 30_001).map(({ t }) => t)).toEqual([30, 1, 30, 1, 30, 30])
		],
		[
			"§6: no more is told than may be asked in that time",
			() => expect(Number(items(1, 59_500)[4]?.r)).toBeLessThan(600_000)
		],
		[
			"§8: what all share is told to nobody who was not let in",
			() => {
				expect(
					read(planOf(limits(), { service: "auth", limit: "public" }, ANNA).policies).map(({ name }) => name)
				).toEqual(["public", "client", "client-burst"]);
				expect(strangerPlan(limits(), ANNA).policies).toBe("");
			}
		],
		[
			"§5.1: a spent quota is 429 quota-exceeded, with its policies",
			() =>
				expect(problem("QUOTA_EXCEEDED", { violated: ["read"] })).toMatchObject({
					status: 429,
					type: `${IANA}#quota-exceeded`,
					title: "Request cannot be satisfied as assigned quota has been exceeded",
					"violated-policies": ["read"]
				})
		],
		[
			"§5.1: so is as much under way, or stored, as one may have",
			() => expect(problem("LIMIT_REACHED")).toMatchObject({ status: 429, type: `${IANA}#quota-exceeded` })
		],
		[
			"§5.2: too much to do is 503 temporary-reduced-capacity",
			() =>
				expect(problem("OVERLOADED")).toMatchObject({
					status: 503,
					type: `${IANA}#temporary-reduced-capacity`,
					title: "Request cannot be satisfied due to temporary server capacity constraints"
				})
		],
		[
			"§5.2: so is a store that is away",
			() => expect(problem("LIMITS_AWAY")).toMatchObject({ status: 503, type: `${IANA}#temporary-reduced-capacity` })
		],
		[
			"§5.3: guesses are 429 abnormal-usage-detected",
			() =>
				expect(problem("THROTTLED", { violated: ["guesses"] })).toMatchObject({
					status: 429,
					type: `${IANA}#abnormal-usage-detected`,
					"violated-policies": ["guesses"]
				})
		],
		[
			"RFC 9457 §3.1.1: what is not registered is described by us",
			() => expect(problem("NOT_FOUND").type).toBe("/docs/problems#NOT_FOUND")
		],
		[
			"RFC 9457 §3.2: violated-policies is nowhere else",
			() => expect(problem("NOT_FOUND")).not.toHaveProperty("violated-policies")
		],
		[
			"RFC 9457: every 429 and each registered kind has the status that goes with it",
			() => {
				const of = { "quota-exceeded": 429, "temporary-reduced-capacity": 503, "abnormal-usage-detected": 429 };
				for (const { registered, status } of Object.values(ERRORS)) {
					if (registered) expect(status).toBe(of[registered]);
					else expect(status).not.toBe(429);
				}
			}
		]
	])("%s", (_, holds) => holds());
});

const problem = (code: Parameters<typeof failure>[0], data = {}) => problemOf(failure(code, "Why.", data), "id");

it("a moment is a whole second at least: whoever waits for it is not too early", () => {
	expect([1, 999, 1_000, 1_000.0000001, 1_001].map(resetMs => secondsOf({ used: 1, resetMs }))).toEqual([
		1, 1, 1, 1, 2
	]);
});
