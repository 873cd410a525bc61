/** How servers keep the events of a cluster: how much room is left, on how many of them. Pure. */

export interface Limit {
	/** What it is a limit of, for whoever has to raise it. */
	readonly of: string;
	readonly used: number;
	readonly most: number;
}

export interface Keeping {
	readonly bytes: number;
	readonly messages: number;
	/** Those that are set. */
	readonly limits: readonly Limit[];
	/** On how many servers each event shall be, and on how many all of them are now. */
	readonly replicas: number;
	readonly current: number;
	/** Whether one of them leads the others: without a majority none does, and nothing can be recorded. */
	readonly isLed: boolean;
}

export interface Verdict {
	readonly status: "up" | "degraded" | "down";
	readonly message: string;
}

/** From here on it is said. */
const NEARLY = 0.8;

/** Of the limit that is reached first, the part that is used; null where none is set. */
export function fullest({ limits }: Keeping): (Limit & { readonly share: number }) | null {
	const shares = limits.map(limit => ({ ...limit, share: limit.used / limit.most }));
	return shares.reduce<(Limit & { readonly share: number }) | null>(
		(worst, each) => (worst && worst.share >= each.share ? worst : each),
		null
	);
}

export function verdictOf(keeping: Keeping): Verdict {
	const { messages, replicas, current, isLed } = keeping;
	const full = fullest(keeping);
	const held = `${messages.toLocaleString("en")} appends are kept on ${current} of ${replicas} servers`;
	if (!isLed) return { status: "down", message: unled(replicas) };
	if (full && full.share >= NEARLY)
		return {
			status: full.share >= 1 ? "down" : "degraded",
			message: `${held}; ${percent(full.share)} of ${full.of} is used: raise it before nothing more is stored.`
		};
	const room = full ? `${percent(full.share)} of ${full.of} is used.` : NO_LIMIT;
	if (current >= replicas) return { status: "up", message: `${held}; ${room}` };
	return { status: "degraded", message: `${held}: look at the others; ${room}` };
}

const unled = (replicas: number): string =>
	`None of the servers that keep the events leads the others, so nothing can be recorded: more than half of the ${replicas} must be there.`;

const NO_LIMIT =
	"no limit is set, and what is free on the servers' disks is not told here: set max_bytes of the stream.";

const percent = (share: number): string => `${Math.floor(share * 100)} %`;
