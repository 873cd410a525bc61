/** What people call the device that a User-Agent is of, from its own words alone. Pure. */

/** Those before others whose words they take on, too. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
	[/\bEdg(?:e|A|iOS)?\//, "Edge"],
	[/\bOPR\//, "Opera"],
	[/\b(?:Firefox|FxiOS)\//, "Firefox"],
	[/\b(?:Chrome|CriOS|Chromium)\//, "Chrome"],
	[/\bVersion\/\S+ (?:Mobile\/\S+ )?Safari\//, "Safari"]
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
	[/\bAndroid\b/, "Android"],
	[/\b(?:iPhone|iPod)\b/, "iPhone"],
	[/\biPad\b/, "iPad"],
	[/\bWindows\b/, "Windows"],
	[/\bMacintosh\b/, "macOS"],
	[/\bCrOS\b/, "ChromeOS"],
	[/\bLinux\b/, "Linux"]
];
/** The program's own name, before its version. */
const PROGRAM = /^([\w.-]{1,40})(?:\/|\s|$)/;

const first = (agent: string, table: typeof BROWSERS): string | undefined =>
	table.find(([pattern]) => pattern.test(agent))?.[1];

/** Never empty. */
export function deviceOf(agent: string): string {
	const program = first(agent, BROWSERS) ?? PROGRAM.exec(agent)?.[1];
	const system = first(agent, SYSTEMS);
	if (program === undefined) return system ?? "unknown device";
	return system === undefined ? program : `${program} on ${system}`;
}
