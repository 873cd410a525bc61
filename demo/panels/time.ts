/** Naive UTC times as both panels keep them: `2030-01-01 00:00:00.000000` stored, ISO without zone shown. */
export function stamp(at: Date): string {
	return at.toISOString().replace("T", " ").replace("Z", "000");
}

/** Stored form to shown form; microseconds appear only when there are any. */
export function shown(stored: string | null | undefined): string | null {
	if (!stored) return null;
	return stored.replace(" ", "T").replace(/\.0+$/, "");
}

const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T _](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|z|[+-]\d{2}:?\d{2})?)?$/;

/** An ISO text, a bare date or a Unix number; an offset is dropped, not converted (so do the panels). */
export function readTime(value: unknown): string | undefined {
	if (typeof value === "number" || typeof value === "bigint") return fromUnix(Number(value));
	if (typeof value !== "string") return undefined;
	if (/^-?\d+(\.\d+)?$/.test(value)) return fromUnix(Number(value));
	const match = iso.exec(value);
	if (!match) return undefined;
	const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = ""] = match;
	const text = `${year}-${month}-${day} ${hour}:${minute}:${second}`;
	const real = new Date(`${text.replace(" ", "T")}Z`);
	if (Number.isNaN(real.getTime()) || year === "0000") return undefined;
	return `${text}.${fraction.slice(0, 6).padEnd(6, "0")}`;
}

/** Beyond 2e10 a Unix number is taken as milliseconds. */
function fromUnix(value: number): string | undefined {
	const milliseconds = Math.abs(value) > 2e10 ? value : value * 1000;
	return Math.abs(milliseconds) > 253402300799999 ? undefined : stamp(new Date(milliseconds));
}

/** Milliseconds of a stored time. */
export const instant = (stored: string): number =>
	Date.parse(`${stored.slice(0, 23).replace(" ", "T").replace(/\.$/, "")}Z`);

export const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);
