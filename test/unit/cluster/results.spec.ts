import { ServiceBroker } from "moleculer";
import { Action, type CallOf, Service, service } from "../../../cluster";
import { action, contract } from "../../../contracts/contract";
import { type Rule, shape } from "../../../contracts/schema";
import { resultCheck, results } from "../../../middlewares/results.middleware";

const line = shape("Line", { id: "string", size: "number|optional", kind: { type: "enum", values: ["a", "b"] } });
const things = contract("platform", "things", {
	actions: {
		lines: action({
			summary: "Lines.",
			internal: [],
			params: { right: "boolean" },
			result: { type: "array", items: line }
		})
	},
	events: {}
});

@Service(things)
class Things extends service() {
	@Action(things.actions.lines)
	async lines({ params }: CallOf<typeof things.actions.lines>) {
		return [{ id: "1", kind: "a" as const, ...(params.right ? {} : { secret: "7f3a" }) }];
	}
}

describe("what an action answers", () => {
	it("is what its contract says, or the call fails and says where", async () => {
		const broker = new ServiceBroker({ logger: false, middlewares: [results] });
		broker.createService(Things as never);
		await broker.start();
		expect(await broker.call("things.lines", { right: true })).toEqual([{ id: "1", kind: "a" }]);
		await expect(broker.call("things.lines", { right: false })).rejects.toMatchObject({
			type: "INTERNAL",
			message:
				"things.lines does not answer what its contract says: result[0] (objectStrict, expected: id, size, kind)."
		});
		await broker.stop();
	});

	it("does not travel with what a node offers", async () => {
		const broker = new ServiceBroker({ logger: false });
		broker.createService(Things as never);
		await broker.start();
		const offered = JSON.stringify(broker.registry?.getLocalNodeInfo(true));
		expect(offered).toContain("things.lines");
		expect(offered).not.toContain("Line");
		await broker.stop();
	});

	it.each<[Rule, unknown, string | undefined]>([
		["null", null, undefined],
		["null", 0, "result (equalValue, expected: null)"],
		["string|nullable", null, undefined],
		["string", null, "result (required)"],
		["json", { any: [null, 1] }, undefined],
		["json", null, undefined],
		[{ type: "tuple", items: ["string", "number"] }, ["a", 1], undefined],
		[{ type: "tuple", items: ["string", "number"] }, ["a", "b"], "result[1] (number)"],
		[{ ...line, nullable: true }, null, undefined],
		[{ type: "record", value: "number" }, { a: "x" }, "result.a (number)"],
		[["string", "number"], true, "result (string)"]
	])("%j is kept, or not, by %j", (rule, value, fault) => {
		expect(resultCheck(rule)(value)).toBe(fault);
	});
});
