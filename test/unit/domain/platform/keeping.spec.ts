import type { StreamInfo } from "nats";
import { keepingOf } from "../../../../adapters/eventstore/jetstream/keeping";
import { fullest, type Keeping, verdictOf } from "../../../../domain/platform/keeping";

const keeping: Keeping = { bytes: 100, messages: 1_000, limits: [], replicas: 3, current: 3, isLed: true };
const limit = (used: number, of = "max_bytes of the stream EVENTS_banyan") => ({ of, used, most: 100 });

describe("how the events are kept", () => {
	it.each([
		[{}, "up", /^1,000 appends are kept on 3 of 3 servers; no limit is set, .*: set max_bytes of the stream\.$/],
		[{ limits: [limit(79)] }, "up", /; 79 % of max_bytes of the stream EVENTS_banyan is used\.$/],
		[{ limits: [limit(80)] }, "degraded", /; 80 % of max_bytes .* is used: raise it before nothing more is stored\.$/],
		[{ limits: [limit(10), limit(99, "the account's storage")] }, "degraded", /99 % of the account's storage is used/],
		[{ limits: [limit(100)] }, "down", /; 100 % of max_bytes/],
		[{ current: 2 }, "degraded", /on 2 of 3 servers: look at the others; /],
		[{ current: 1 }, "degraded", /on 1 of 3 servers: look at the others; /],
		[{ current: 2, isLed: false }, "down", /^None of the servers .* more than half of the 3 must be there\.$/]
	] as const)("%j is %s", (changes, status, message) => {
		expect(verdictOf({ ...keeping, ...changes })).toEqual({ status, message: expect.stringMatching(message) });
	});

	it("the limit that is reached first counts", () => {
		expect(fullest(keeping)).toBeNull();
		expect(fullest({ ...keeping, limits: [limit(10), limit(90), limit(50)] })?.share).toBe(0.9);
	});

	it("follows from what JetStream says of the stream, and of the account where it does", () => {
		const info = {
			state: { bytes: 60, messages: 7 },
			config: { name: "EVENTS_banyan", max_bytes: 100, max_msgs: -1, num_replicas: 3 },
			cluster: {
				leader: "n1",
				replicas: [
					{ name: "n2", current: true },
					{ name: "n3", current: true, offline: true }
				]
			}
		} as unknown as StreamInfo;
		const stream = { of: "max_bytes of the stream EVENTS_banyan", used: 60, most: 100 };
		expect(keepingOf(info, undefined)).toEqual({
			bytes: 60,
			messages: 7,
			limits: [stream],
			replicas: 3,
			current: 2,
			isLed: true
		});
		const left = { ...info, cluster: { replicas: [...(info.cluster?.replicas ?? []), { name: "n1", current: true }] } };
		expect(keepingOf(left as StreamInfo, undefined)).toMatchObject({ isLed: false });
		expect(keepingOf({ ...info, cluster: undefined } as never, undefined)).toMatchObject({ isLed: true });
		const account = { storage: 5, limits: { max_storage: 1_000 } } as never;
		const whole = { of: "the account's storage in JetStream", used: 5, most: 1_000 };
		expect(keepingOf(info, account).limits).toEqual([stream, whole]);
		const tiered = {
			storage: 0,
			limits: { max_storage: -1 },
			tiers: { R3: { storage: 5, limits: { max_storage: 1_000 } } }
		};
		expect(keepingOf(info, tiered as never).limits).toEqual([stream, whole]);
	});
});
