/**
 * How often somebody may be wrong: some guesses at once, then one at a time, each after a wait that doubles up to an end. One guess
 * after another is forgotten, so nobody is shut out for ever (NIST 800-63B §5.2.2, ASVS 6.3.1). Pure.
 */

export interface Rule {
	/** So many may be wrong before anybody waits. */
	readonly most: number;
	/** After so long one of them is forgotten, in ms. */
	readonly forgetMs: number;
	/** The first wait, in ms, and the longest. */
	readonly waitMs: number;
	readonly longestMs: number;
}

/** What is counted of one who is guessed at, or who guesses. */
export interface Count {
	/** What was counted and not forgotten, when the last one was. */
	readonly level: number;
	/** When that was, in ms since 1970. */
	readonly at: number;
	/** Those of which it is not known yet whether they were wrong, with when they were counted. They count until they were not. */
	readonly open: readonly Open[];
}
interface Open {
	readonly attempt: string;
	readonly at: number;
}

/** Whoever made an attempt and has not said after this what came of it says it no more: it was wrong. In ms. */
const OPEN_MS = 300_000;
/** While some are under way that may give back what they counted, whoever is refused asks again this soon, in ms. */
const SOON_MS = 1_000;

export const NONE: Count = { level: 0, at: 0, open: [] };

const steps = ({ waitMs, longestMs }: Rule): number => Math.max(0, Math.ceil(Math.log2(longestMs / waitMs)));
const levelAt = ({ level, at }: Count, now: number, { forgetMs }: Rule): number =>
	Math.max(0, level - Math.max(0, now - at) / forgetMs);

/** A clock that went back makes nobody wait longer than the longest wait. */
function waitOf({ level, at }: Pick<Count, "level" | "at">, now: number, rule: Rule): number {
	const over = Math.ceil(level) - rule.most;
	if (over < 0) return 0;
	const wait = Math.min(rule.longestMs, rule.waitMs * 2 ** over);
	return Math.min(wait, Math.max(0, at + wait - now));
}

/** How long there may be none, in ms; 0: now. */
export function mustWait(count: Count, now: number, rule: Rule): number {
	const wait = waitOf(count, now, rule);
	if (wait === 0) return 0;
	const open = stillOpen(count, now).length;
	return open > 0 && waitOf({ ...count, level: count.level - open }, now, rule) === 0 ? Math.min(SOON_MS, wait) : wait;
}

const stillOpen = ({ open }: Count, now: number): readonly Open[] => open.filter(({ at }) => now - at < OPEN_MS);

/** One more, which is wrong until it is said that it was not. */
export const counted = (count: Count, attempt: string, now: number, rule: Rule): Count => ({
	level: Math.min(rule.most + steps(rule), levelAt(count, now, rule) + 1),
	at: now,
	open: [...stillOpen(count, now), { attempt, at: now }]
});

/** What became of one; undefined where that is known already. One that was not wrong is given back. */
export function settled(count: Count, attempt: string, wrong: boolean): Count | undefined {
	const open = count.open.filter(each => each.attempt !== attempt);
	if (open.length === count.open.length) return undefined;
	return { level: wrong ? count.level : Math.max(0, count.level - 1), at: count.at, open };
}

/** When all of it is forgotten, in ms since 1970. */
export const goneAt = ({ level, at }: Count, { forgetMs }: Rule): number => at + level * forgetMs;

/** At least as coarse as what tells accounts apart: whoever writes a name otherwise guesses at the same one. */
export const canonical = (subject: string): string => subject.normalize("NFKC").trim().toLowerCase().normalize("NFKC");

/** `bnd_<device>.<a MAC for each subject it was given to>`. */
const TOKEN = /^bnd_([\w-]{22})((?:\.[\w-]{22}){1,4})$/;

export interface DeviceToken {
	readonly device: string;
	readonly macs: readonly string[];
}

export function readDevice(token: string): DeviceToken | undefined {
	const [, device, macs] = TOKEN.exec(token) ?? [];
	return device === undefined || macs === undefined ? undefined : { device, macs: macs.slice(1).split(".") };
}

export const writtenDevice = ({ device, macs }: DeviceToken): string => `bnd_${[device, ...macs].join(".")}`;
