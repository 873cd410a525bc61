/** What clocks show in a zone: moments (in ms since 1970) and walls (the same of what the clock on the wall shows there). Pure. */

const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(zone: string): Intl.DateTimeFormat {
	const known =
		formats.get(zone) ??
		new Intl.DateTimeFormat("en-US", {
			timeZone: zone,
			hourCycle: "h23",
			year: "numeric",
			month: "numeric",
			day: "numeric",
			hour: "numeric",
			minute: "numeric",
			second: "numeric"
		});
	formats.set(zone, known);
	return known;
}

export function wallOf(zone: string, moment: number): number {
	const shown = new Map(
		formatOf(zone)
			.formatToParts(moment)
			.map(({ type, value }) => [type, Number(value)])
	);
	const part = (type: Intl.DateTimeFormatPartTypes): number => shown.get(type) ?? 0;
	const whole = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
	return whole + (((moment % SECOND_MS) + SECOND_MS) % SECOND_MS);
}

/** When the wall first shows this; where it never does, when it jumps over it. It never goes down while the wall goes up. */
export function firstMoment(zone: string, wall: number): number {
	// Clocks are put once within two days, and by a day at most (Samoa, 2011).
	const offsets = [wall - DAY_MS, wall + DAY_MS].map(moment => wallOf(zone, moment) - moment);
	const [sooner = 0, later = 0] = offsets.map(offset => wall - offset).sort((a, b) => a - b);
	const found = [sooner, later].find(moment => wallOf(zone, moment) === wall);
	return found ?? jumpBetween(zone, sooner, later, wall);
}

function jumpBetween(zone: string, sooner: number, later: number, wall: number): number {
	let [before, after] = [sooner, later];
	while (after - before > 1) {
		const middle = Math.floor((before + after) / 2);
		if (wallOf(zone, middle) > wall) after = middle;
		else before = middle;
	}
	return after;
}
