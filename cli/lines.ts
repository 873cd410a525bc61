/** Reads lines that come in pages, one after the other, in flat memory. */

import type { DifferenceLine, Lines, Status } from "../contracts/migration/migration";
import type { ReportLine } from "../contracts/migration/records";
import type { Client } from "./client";

type Action = "migration.report" | "migration.diff";
type LineOf = { "migration.report": ReportLine; "migration.diff": DifferenceLine };

export async function* linesOf<A extends Action>(client: Client, action: A, status: Status): AsyncGenerator<LineOf[A]> {
	for (const { stream } of status.streams) {
		let after: string | null = null;
		do {
			const page: Lines<LineOf[A]> = (await client.call(action, {
				name: status.name,
				stream,
				after
			} as never)) as never;
			yield* page.lines;
			after = page.next;
		} while (after !== null);
	}
}
