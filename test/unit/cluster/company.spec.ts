import { Company, type Heard } from "../../../cluster/nats/company";

const company = new Company({ nodeID: "one", instanceID: "m", balancer: "nodes" });
const card = (ageMs: number, instanceID: string, balancer = "nodes") => ({
	instanceID,
	ageMs,
	host: "far",
	pid: 7,
	balancer
});
const claim = (ageMs: number, instanceID: string): Heard => ({ sender: "one", card: card(ageMs, instanceID) });
const info = (sender: string, ageMs: number, instanceID: string, balancer?: string): Heard => ({
	sender,
	instanceID,
	metadata: card(ageMs, instanceID, balancer)
});
const ENDS_BY_NAME = { ends: expect.stringMatching(/^Another node is called 'one' \(process 7 on far\): /) };

describe("of two nodes with one name", () => {
	it.each<[string, string, Heard, unknown]>([
		["its own packets are its own", "INFO", info("one", 5, "m"), "pass"],
		["what has no name of a start is its own", "DISCOVER", { sender: "one" }, "pass"],
		["the elder answers", "PING", claim(-90_000, "z"), "answer"],
		["the elder answers what it hears of the other's services", "INFO", info("one", -90_000, "z"), "answer"],
		["the elder does not answer an answer", "PONG", claim(-90_000, "z"), "drop"],
		["the younger ends", "PONG", claim(90_000, "z"), ENDS_BY_NAME],
		["the younger ends by what it hears of the other's services", "INFO", info("one", 90_000, "z"), ENDS_BY_NAME],
		["of two that began together the first by the name of its start stays", "PING", claim(0, "z"), "answer"],
		["of two that began together the last by the name of its start ends", "PING", claim(0, "a"), ENDS_BY_NAME]
	])("%s", (_, kind, heard, verdict) => expect(company.judge(kind, heard)).toEqual(verdict));

	it("never both stay, nor both go", () => {
		const other = new Company({ nodeID: "one", instanceID: "n", balancer: "nodes" });
		const verdicts = [
			company.judge("PING", { sender: "one", card: other.card }),
			other.judge("PING", { sender: "one", card: company.card })
		];
		expect(verdicts).toEqual(["answer", { ends: expect.any(String) }]);
	});
});

describe("a node that shares out calls otherwise", () => {
	const ENDS = {
		ends: expect.stringMatching(/BALANCER=queues \('two' does\), and this one by nodes: set BALANCER=queues/)
	};
	it.each<[string, string, Heard, unknown]>([
		["alike they pass", "INFO", info("two", 90_000, "z"), "pass"],
		["one that does not say shares out as all did once", "INFO", { sender: "two", instanceID: "z" }, "pass"],
		["the elder stays", "INFO", info("two", -90_000, "z", "queues"), "answer"],
		["the younger ends", "INFO", info("two", 90_000, "z", "queues"), ENDS],
		["other packets are nobody's business", "PING", { sender: "two" }, "pass"]
	])("%s", (_, kind, heard, verdict) => expect(company.judge(kind, heard)).toEqual(verdict));
});
