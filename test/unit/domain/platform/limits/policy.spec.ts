import { LIMIT_SETTINGS } from "../../../../../contracts/platform/gateway-limits";
import { readPolicies, readPolicy } from "../../../../../domain/platform/limits/policy";
import { settingIn } from "../../../../../domain/platform/setting";

const one = settingIn(LIMIT_SETTINGS.limitRead);
const services = settingIn(LIMIT_SETTINGS.limitServices);

describe("a policy", () => {
	it.each([
		["off", []],
		["600/1m", [{ quota: 600, seconds: 60 }]],
		["600/m", [{ quota: 600, seconds: 60 }]],
		[
			"5/2h,1/10s",
			[
				{ quota: 5, seconds: 7_200 },
				{ quota: 1, seconds: 10 }
			]
		],
		["1/1d", [{ quota: 1, seconds: 86_400 }]]
	])("is read of %s", (text, policy) => {
		expect(one.read(text)).toBe(text);
		expect(readPolicy(text)).toEqual(policy);
	});

	it.each([
		"0",
		"0/1m",
		"00/1m",
		"600",
		"600/0s",
		"600/1w",
		"-1/1m",
		"1.5/1m",
		"600/1m,0/1s",
		"600/1m,",
		"600/1m,1/1s,1/1s",
		"on",
		"",
		" off",
		"off,1/1s",
		"600 / 1m",
		"1e3/1m"
	])("is not '%s', and what it must be is said in a sentence", text => {
		expect(one.read(text)).toBeUndefined();
		expect(one.must).toMatch(
			/off, or requests\/window as 600\/1m.*A limit of 0 would let nobody in: to limit nothing write off/
		);
	});

	it("of services: of each, and of those that have their own", () => {
		const text = "600/1m auth=5/1s,2/s docs=off";
		expect(services.read(text)).toBe(text);
		expect(readPolicies(text)).toEqual({
			each: [{ quota: 600, seconds: 60 }],
			own: new Map([
				[
					"auth",
					[
						{ quota: 5, seconds: 1 },
						{ quota: 2, seconds: 1 }
					]
				],
				["docs", []]
			])
		});
		for (const wrong of ["auth=5/1s", "600/1m auth=0/1s", "600/1m =5/1s", "600/1m  auth=5/1s", "600/1m auth"])
			expect(services.read(wrong)).toBeUndefined();
	});
});
