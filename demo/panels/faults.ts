/** How a panel goes wrong on purpose: a share of its API calls fails, before or after they took effect. */
import { type Answer, failed, text } from "./answers";
import { pick, type Random, random } from "./random";

export type FaultKind = "error" | "reset" | "badGateway" | "unavailable" | "tooMany";

export interface Faults {
	/** Share of API calls that fail, 0 to 1. */
	readonly rate: number;
	/** Share of the failing writes that had taken effect. @default 0 */
	readonly afterCommit?: number;
	/** @default 1 */
	readonly seed?: number;
	/** @default all of them */
	readonly kinds?: readonly FaultKind[];
}

export interface Fault {
	readonly kind: FaultKind;
	readonly afterCommit: boolean;
}

const page = (title: string): string =>
	`<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>sample proxy</center>\r\n</body>\r\n</html>\r\n`;

/** What the client gets to see; a reset has no answer. */
export const faces: Readonly<Record<FaultKind, Answer | undefined>> = {
	error: failed,
	reset: undefined,
	badGateway: text(page("502 Bad Gateway"), "text/html", 502),
	unavailable: text(page("503 Service Temporarily Unavailable"), "text/html", 503),
	tooMany: { ...text(page("429 Too Many Requests"), "text/html", 429), headers: { "retry-after": "1" } }
};

const every = Object.keys(faces) as FaultKind[];

export class FaultSource {
	private readonly next: Random;

	constructor(private readonly faults: Faults) {
		this.next = random(faults.seed ?? 1);
	}

	/** A limiter refuses before anything happened, so 429 never comes after the commit. */
	draw(writes: boolean): Fault | undefined {
		if (this.next() >= this.faults.rate) return undefined;
		const afterCommit = writes && this.next() < (this.faults.afterCommit ?? 0);
		const kinds = (this.faults.kinds ?? every).filter(kind => !(afterCommit && kind === "tooMany"));
		return kinds.length > 0 ? { kind: pick(this.next, kinds), afterCommit } : undefined;
	}
}
