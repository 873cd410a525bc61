/** What somebody may write who means harm, wherever a panel, a server or a file lets them; and what must never be printed. */

/** Whatever of it runs would set `window.hacked`, or ask somebody for a picture. */
const PAGES = [
	"<img src=https://evil.example/x.png onerror=window.hacked=1>",
	"</script><script>window.hacked=1</script>",
	"<!--<script>",
	"]]><svg onload=window.hacked=1>",
	`"'onmouseover=window.hacked=1 x='`,
	"javascript:window.hacked=1",
	"&lt;b&gt; &#x3c;i&#x3e;",
	"${window.hacked=1}`"
];
const SHEETS = [
	'=HYPERLINK("http://evil.example","x")',
	"=cmd|' /C calc'!A0",
	"+1+1",
	"-2+3",
	"@SUM(A1)",
	"\t=1",
	"\r=1",
	"|calc",
	"%0a=1",
	"＝1",
	'a"b,c;d\te'
];
const TERMINALS = [
	"\u001b[2J\u001b[1;1Hgone",
	"\u001b[31mred\u001b[0m",
	"\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007",
	"\u001b]52;c;ZXZpbA==\u0007",
	"\u001bP+q544e\u001b\\",
	"\u009b31mC1\u009d0;title\u009c",
	"back\b\b\bspace\u007f",
	"over\rwritten",
	"two\nlines\r\nDone: 0 differences.",
	"nul\u0000nul"
];
const LETTERS = [
	"\u202Egpj.exe",
	"\u2066iso\u2069late",
	"zero\u200bwidth\u2060\ufeff",
	"admin\u200d\u200c",
	"tag\u{e0041}\u{e0042}",
	"half \ud800 and \udc00",
	"\u2028line\u2029paragraph",
	"filler\u3164\u115f"
];
const CONFIGURATIONS = [
	"a;b{c}$host\"\\`#'",
	"}\nserver{}",
	"{$HOME} {path} {env.SECRET}",
	'x\\n"} 1\nforged_metric 1',
	"$(touch hacked)`touch hacked`;touch hacked",
	"--help",
	"../../escaped",
	"__proto__",
	"constructor"
];

export const CORPUS: readonly string[] = [
	...PAGES,
	...SHEETS,
	...TERMINALS,
	...LETTERS,
	...CONFIGURATIONS,
	"x".repeat(10_000)
];

/** What stays as it is, wherever people read it. */
export const HARMLESS: readonly string[] = [
	"می‌خواهم",
	"کاربر_فارسی",
	"Zoë 王 ünï",
	"😀👨‍👩‍👧‍👦👍🏽❤️",
	"\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
	"क्‍ष",
	"it's (fine) 100 %"
];

/** All that steers, turns round or hides, but the ends of lines and those that a test says. */
const STEERING =
	/[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u115f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\u{e0000}-\u{e0fff}]/gu;

/** What of a text would steer a terminal, or not be seen in it. */
export const steeringIn = (text: string, but = "\n"): string[] =>
	[...text.matchAll(STEERING)]
		.map(([found]) => found)
		.filter(found => !but.includes(found))
		.map(found => `U+${found.codePointAt(0)?.toString(16)}`);

/** Our own colours and what draws a line anew, as the screen writes them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
export const withoutOurs = (raw: string): string => raw.replace(/\u001b\[(\d{1,3}m|\d*[AJK])|\r(?=\u001b\[)/g, "");
