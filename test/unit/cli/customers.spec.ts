import { customersCsv } from "../../../cli/customers";
import type { ReportLine, SaidLoss } from "../../../contracts/migration/records";
import { VOCABULARY } from "../../../domain/migration/mappings";
import type { Customers } from "../../../domain/migration/vocabulary";

const line = (changes: Partial<ReportLine>): ReportLine => ({
	stream: "users",
	id: "1",
	name: "ali",
	owner: "reseller",
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
	reason: "In the API's own words, for the operator: run `banyan migration repair`.",
	severity: "info",
	meaning: `/docs/losses#${code}`,
	...changes
});
async function csv(...lines: ReportLine[]): Promise<string[]> {
	async function* source() {
		yield* lines;
	}
	const parts: string[] = [];
	for await (const part of customersCsv(source(), VOCABULARY.customers as Customers, VOCABULARY)) parts.push(part);
	return parts;
}
/** As RFC 4180 has it, whatever stands in a field. */
function parsed(text: string): string[][] {
	const fields = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)];
	const rows: string[][] = [[]];
	for (const [, quoted, plain, end] of fields) {
		rows.at(-1)?.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
		if (end === "\r\n") rows.push([]);
	}
	return rows.slice(0, -1);
}

describe("the table for resellers", () => {
	it("begins as a spreadsheet wants it, with the owner first", async () => {
		expect(await csv()).toEqual(["\uFEFFowner,user name,new user name,what to tell them\r\n"]);
	});

	it("names only who notices something", async () => {
		const all = await csv(
			line({}),
			line({ losses: [loss("lifetime_dropped")] }),
			line({ stream: "admins", outcome: "skipped" }),
			line({ outcome: "removed", code: "removed" })
		);
		expect(all).toHaveLength(1);
	});

	it("says in gigabytes what is not counted", async () => {
		const [, row] = await csv(line({ losses: [loss("quota_gain", { amount: "5368709120" })] }));
		expect(row).toBe("reseller,ali,,The 5.36 GB that you used in this period are not counted.\r\n");
	});

	it("shows both names of whoever was renamed", async () => {
		const [, row] = await csv(line({ name: "Älî", target: "ali-1", losses: [loss("renamed", { severity: "act" })] }));
		expect(parsed(String(row))).toEqual([
			["reseller", "Älî", "ali-1", "Your user name is now ali-1; before, it was Älî."]
		]);
	});

	it("lists who was not moved, in words for them", async () => {
		const reason = "name_refused: Marzban takes 3 to 32 of a-z.";
		const [, row] = await csv(line({ outcome: "quarantined", target: null, code: "name_refused", reason }));
		expect(row).toBe("reseller,ali,,Your account has not been moved yet: please ask whoever you have it from.\r\n");
		const [, inPart] = await csv(line({ outcome: "quarantined", code: "target_failed", reason }));
		expect(inPart).toContain("Your account is not as it should be yet");
		const [, skipped] = await csv(line({ outcome: "skipped", code: "skipped", reason }));
		expect(skipped).toContain("Your account has not been moved yet");
	});

	it("is sorted by owner, then by name; who belongs to nobody comes last", async () => {
		const touched = { losses: [loss("renamed")] };
		const [, ...rows] = await csv(
			line({ ...touched, owner: null, name: "a" }),
			line({ ...touched, owner: "zoe", name: "b" }),
			line({ ...touched, owner: "Ali", name: "n10" }),
			line({ ...touched, owner: "Ali", name: "n9" }),
			line({ ...touched, owner: "reseller2", name: "c" }),
			line({ ...touched, owner: "reseller10", name: "d" })
		);
		expect(rows.map(row => parsed(row)[0]?.slice(0, 2).join(" "))).toEqual([
			"Ali n9",
			"Ali n10",
			"reseller2 c",
			"reseller10 d",
			"zoe b",
			" a"
		]);
	});

	it.each(Object.entries(VOCABULARY.meanings))(
		"says of %s nothing that is meant for an operator",
		async (code, { kind }) => {
			const lost = line({ losses: [loss(code, { severity: "act" })] });
			const held = line({ outcome: "quarantined", target: null, code, reason: `${code}: the API said 422 to PUT` });
			const [, ...rows] = await csv(kind === "loss" ? lost : held);
			expect(rows.join("")).not.toMatch(/`|[{}]|\b(API|banyan|Marz\w+|inbound|target|source|422)\b/i);
			if (code.includes("_")) expect(rows.join("")).not.toContain(code);
		}
	);

	it.each(['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "－1", "＋1", "＠x"])(
		"is no formula for a spreadsheet: %j",
		async name => {
			const [, row] = await csv(line({ name, owner: name, target: null, outcome: "skipped", code: "skipped" }));
			expect(parsed(String(row))[0]?.slice(0, 2)).toEqual([`'${name}`, `'${name}`]);
		}
	);

	it("keeps names of any script and with any sign whole", async () => {
		const names = ["کاربر_فارسی", "😀two_emoji", 'a"b', "a,b", "a\r\nb", "a;b", "  blank "];
		for (const name of names) {
			const rows = await csv(line({ name, target: null, outcome: "skipped", code: "skipped" }));
			expect(parsed(rows.slice(1).join(""))[0]?.[1]).toBe(name);
		}
	});
});
