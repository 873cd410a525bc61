import { customersCsv } from "../../../cli/customers";
import type { ReportLine, SaidLoss } from "../../../contracts/migration/records";

const line = (changes: Partial<ReportLine>): ReportLine => ({
	stream: "users",
	id: "1",
	name: "ali",
	owner: null,
	outcome: "created",
	target: "ali",
	losses: [],
	code: null,
	meaning: null,
	reason: null,
	...changes
});
const loss = (code: string, changes: Partial<SaidLoss> = {}): SaidLoss => ({
	code,
	field: "f",
	reason: "why",
	severity: "info",
	meaning: `/docs/losses#${code}`,
	...changes
});
async function csv(...lines: ReportLine[]): Promise<string[]> {
	async function* source() {
		yield* lines;
	}
	const parts: string[] = [];
	for await (const part of customersCsv(source())) parts.push(part);
	return parts.slice(1);
}

describe("the table for resellers", () => {
	it("names only who notices something", async () => {
		expect(
			await csv(line({}), line({ losses: [loss("lifetime_dropped")] }), line({ stream: "admins", outcome: "skipped" }))
		).toEqual([]);
	});

	it("says in gigabytes what is gained", async () => {
		const [row] = await csv(line({ losses: [loss("quota_gain", { amount: "5368709120" })] }));
		expect(row).toBe("ali,ali,Gets this period's traffic once more (5.36 GB were used).\r\n");
	});

	it("lists who was not moved, with the reason", async () => {
		const [row] = await csv(line({ outcome: "quarantined", target: null, reason: "name_refused: no, not so" }));
		expect(row).toBe(
			'ali,,"Was not moved, and cannot connect until someone does it by hand. name_refused: no, not so"\r\n'
		);
	});

	it("is no formula for a spreadsheet, whatever a customer is called", async () => {
		const [row] = await csv(line({ name: '=HYPERLINK("x")', losses: [loss("renamed")] }));
		expect(row).toMatch(/^"'=HYPERLINK\(""x""\)",/);
	});
});
