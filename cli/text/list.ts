/** All migrations, a line each. Pure. */

import type { Status } from "../../contracts/migration/migration";
import { page } from "../terminal/marks";
import type { Paper } from "../terminal/paper";
import { table } from "../terminal/table";
import { needHand } from "./hand";
import { stateText } from "./status";
import { ago, command } from "./words";

const begun = ({ startedAt }: Status): string => startedAt ?? "";
const byAge = (a: Status, b: Status): number =>
	Number(b.running) - Number(a.running) || (begun(a) < begun(b) ? 1 : begun(a) > begun(b) ? -1 : 0);

function row(status: Status, now: number): string[] {
	const { name, phase, streams, startedAt, finishedAt, failure } = status;
	const read = streams.reduce((sum, each) => sum + each.read, 0);
	const total = streams.reduce((sum, each) => sum + Math.max(each.total, each.read), 0);
	const hand = needHand(status);
	// When it ended, or while it has not, when it began.
	const at = finishedAt ?? startedAt;
	const rests = finishedAt !== null || phase === "cancelled";
	const state = failure !== null && !status.running && !rests ? `${stateText(status)}, stopped` : stateText(status);
	return [name, state, `${read}/${total}`, hand === 0 ? "-" : String(hand), at === null ? "-" : ago(at, now)];
}

/** What is at work first, then what began last. `now` in ms since 1970. */
export function listText(all: readonly Status[], paper: Paper, now: number): string {
	if (all.length === 0)
		return `There is no migration yet. To look at both sides: ${command(["migration", "plan", "FILE"])}`;
	const columns = [
		{ title: "name", gives: true },
		{ title: "phase" },
		{ title: "records", right: true },
		{ title: "need hand", right: true },
		{ title: "when", right: true }
	];
	const rows = [...all].sort(byAge).map(each => row(each, now));
	return page([
		...table(columns, rows, paper),
		"",
		`The whole story of one: ${command(["migration", "status", "NAME"])}`
	]);
}
