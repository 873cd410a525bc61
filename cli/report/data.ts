/**
 * The records within the page, as blocks of JSON that its script reads: by column, each text of a block once. Written as
 * they come, so that memory stays flat whatever their number. Pure.
 */

import { OUTCOMES, type ReportLine, SEVERITIES } from "../../contracts/migration/records";
import { visibleOnPage } from "../../domain/text/html";
import { scriptJson } from "../../domain/text/json";
import { maskText } from "../../domain/text/masking";

/** The most records of a block. */
const BLOCK = 2_000;

/** `[code, severity, reason]`: places in `texts`, and in the list of severities; -1 where it is no loss. */
type Note = readonly [code: number, severity: number, reason: number];

interface Block {
	readonly stream: string;
	readonly ids: string[];
	readonly names: string[];
	/** 0 where it is the name, null where it is not there. */
	readonly targets: (string | 0 | null)[];
	/** Places in the list of outcomes. */
	readonly outcomes: number[];
	/** Places in `texts`; -1 where there is none. */
	readonly owners: number[];
	readonly notes: (readonly Note[] | 0)[];
	readonly texts: string[];
}

const element = (block: Block): string => `<script type="application/json" data-rows>${scriptJson(block)}</script>\n`;

/** The category before a reason: the page shows it by itself. */
export const reasonOf = ({ code, reason }: Pick<ReportLine, "code" | "reason">): string =>
	maskText(code !== null && reason?.startsWith(`${code}: `) ? reason.slice(code.length + 2) : (reason ?? ""));

class Building {
	readonly block: Block;
	private readonly places = new Map<string, number>();

	constructor(stream: string) {
		this.block = { stream, ids: [], names: [], targets: [], outcomes: [], owners: [], notes: [], texts: [] };
	}

	add(line: ReportLine): void {
		const { ids, names, targets, outcomes, owners, notes } = this.block;
		// The page shows what it is given: as people may be shown it.
		ids.push(visibleOnPage(line.id));
		names.push(visibleOnPage(line.name));
		targets.push(line.target === line.name ? 0 : line.target && visibleOnPage(line.target));
		outcomes.push(OUTCOMES.indexOf(line.outcome));
		owners.push(line.owner === null ? -1 : this.place(line.owner));
		const said = this.notesOf(line);
		notes.push(said.length === 0 ? 0 : said);
	}

	private notesOf(line: ReportLine): Note[] {
		const own: Note[] =
			line.code === null && line.reason === null
				? []
				: [[this.place(line.code ?? line.outcome), -1, this.place(reasonOf(line))]];
		const lost = line.losses.map(({ code, severity, reason }): Note => {
			return [this.place(code), SEVERITIES.indexOf(severity), this.place(maskText(reason))];
		});
		return [...own, ...lost];
	}

	private place(said: string): number {
		const text = visibleOnPage(said);
		const found = this.places.get(text);
		if (found !== undefined) return found;
		this.places.set(text, this.block.texts.length);
		return this.block.texts.push(text) - 1;
	}
}

/** @param seen is shown each line on its way */
export async function* dataBlocks(
	lines: AsyncIterable<ReportLine>,
	seen: (line: ReportLine) => void
): AsyncGenerator<string> {
	let open: Building | undefined;
	for await (const line of lines) {
		seen(line);
		if (open && (open.block.stream !== line.stream || open.block.ids.length >= BLOCK)) {
			yield element(open.block);
			open = undefined;
		}
		open ??= new Building(line.stream);
		open.add(line);
	}
	if (open) yield element(open.block);
}
