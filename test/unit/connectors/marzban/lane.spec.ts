import { ConnectorError } from "../../../../connectors/connector";
import { Concurrency } from "../../../../connectors/http/concurrency";
import { Lane, Wellbeing } from "../../../../connectors/marzban/lane";

const OUTAGE = 1_000;

/** A lane by a clock that moves only when it is waited for. */
function laneOf(isWell: () => Promise<boolean> = async () => true) {
	let now = 0;
	const clock = {
		now: () => now,
		sleep: async (ms: number) => {
			now += ms;
			await new Promise(setImmediate);
		}
	};
	const lane = new Lane(new Concurrency(8, clock), new Wellbeing({ isWell, outageMs: OUTAGE, clock }));
	return { lane, waited: () => now };
}

const crash = () =>
	Promise.reject(new ConnectorError("broken", "500.", { status: 500, retryable: true, ambiguous: true }));
const reset = () => Promise.reject(new ConnectorError("unreachable", "Cut.", { retryable: true, ambiguous: true }));
const fine = async () => "made";

describe("whose failure it is", () => {
	test("one that fails while others go well is its own, and waits for nothing", async () => {
		const { lane, waited } = laneOf();
		const failing = lane.run(undefined, crash).catch(error => error);
		await lane.run(undefined, fine);
		expect(await failing).toMatchObject({ code: "broken", details: { retryable: false } });
		expect([waited() < OUTAGE, lane.stats.reason]).toEqual([true, "starting"]);
	});

	test("one that goes well the second time was not its own", async () => {
		const { lane } = laneOf();
		const once = lane.run(undefined, again => (again ? fine() : crash()));
		await lane.run(undefined, fine);
		expect(await once).toBe("made");
	});

	test("where all fail, a short outage is waited for once, not for each", async () => {
		const { lane, waited } = laneOf();
		const all = Array.from({ length: 300 }, () => lane.run(undefined, crash).catch(({ details }) => details.retryable));
		expect(new Set(await Promise.all(all))).toEqual(new Set([false]));
		await lane.run(undefined, crash).catch(() => undefined);
		// Each of those that waited side by side moved the clock.
		expect(waited()).toBeLessThan(OUTAGE * 50);
	});

	test("a panel that answers nothing is away, and that is nobody's own", async () => {
		const { lane } = laneOf(async () => false);
		await expect(lane.run(undefined, reset)).rejects.toMatchObject({
			code: "unreachable",
			details: { retryable: true }
		});
	});

	test("stopped while it waits, it says so, and is gone on with later", async () => {
		const { lane } = laneOf();
		const term = { over: false };
		const failing = lane.run(term, crash);
		term.over = true;
		await expect(failing).rejects.toMatchObject({ code: "stopped" });
	});

	test("what was sent once and never answered stays in doubt, whatever the second answer", async () => {
		const { lane } = laneOf();
		const refused = () => Promise.reject(new ConnectorError("refused", "No.", { status: 422, untouched: true }));
		const failing = lane.run(undefined, again => (again ? refused() : reset())).catch(error => error);
		await lane.run(undefined, fine);
		expect((await failing).details).toEqual({ status: 422, ambiguous: true });
	});

	test.each([403, 404])("a %s of an account that may do all is about the one request", async status => {
		const forbidden = () => Promise.reject(new ConnectorError("forbidden", "No.", { status }));
		await expect(laneOf().lane.run(undefined, forbidden)).rejects.toMatchObject({ code: "refused" });
		const away = laneOf(async () => false).lane.run(undefined, forbidden);
		await expect(away).rejects.toMatchObject({ code: "forbidden" });
	});
});
