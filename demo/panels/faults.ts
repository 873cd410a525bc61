/** How a panel goes wrong on purpose: a share of its API calls, or of its links, fails, before or after they took effect. */
import { type Answer, failed, json, text } from "./answers";
import { pick, type Random, random } from "./random";

export type FaultKind = "error" | "reset" | "badGateway" | "unavailable" | "tooMany" | "challenge" | "forbidden";

export interface Faults {
	/** Share of API calls that fail, 0 to 1. */
	readonly rate: number;
	/** Share of the failing writes that had taken effect. @default 0 */
	readonly afterCommit?: number;
	/** @default 1 */
	readonly seed?: number;
	/** @default all of them but those of a guard before the panel */
	readonly kinds?: readonly FaultKind[];
	/** Of subscription links. @default none */
	readonly links?: Pick<Faults, "rate" | "seed" | "kinds">;
	/** Beside them: records that fail whenever they are asked for. */
	readonly poison?: Poison;
}

export interface Poison {
	/** Does a request concern such a record? Told its route, `PUT /api/user/:username`, its address and its body. */
	readonly hits: (request: { readonly route: string; readonly url: URL; readonly body: string }) => boolean;
	/** A kind of failure, or a refusal of that status. */
	readonly how: FaultKind | number;
	/** It takes effect first. @default false */
	readonly afterCommit?: boolean;
}

export interface Fault {
	readonly kind: FaultKind | number;
	readonly afterCommit: boolean;
}

/** What the client gets to see of it; a reset has no answer. */
export const faceOf = ({ kind }: Fault): Answer | undefined =>
	typeof kind === "number" ? json({ detail: "Not this one" }, kind) : faces[kind];

const page = (title: string): string =>
	`<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>sample proxy</center>\r\n</body>\r\n</html>\r\n`;

export const faces: Readonly<Record<FaultKind, Answer | undefined>> = {
	error: failed,
	reset: undefined,
	badGateway: text(page("502 Bad Gateway"), "text/html", 502),
	unavailable: text(page("503 Service Temporarily Unavailable"), "text/html", 503),
	tooMany: { ...text(page("429 Too Many Requests"), "text/html", 429), headers: { "retry-after": "1" } },
	challenge: text(page("Just a moment"), "text/html"),
	forbidden: text(page("403 Forbidden"), "text/html", 403)
};

const every: readonly FaultKind[] = ["error", "reset", "badGateway", "unavailable", "tooMany"];

export class FaultSource {
	private readonly next: Random;

	constructor(private readonly faults: Faults) {
		this.next = random(faults.seed ?? 1);
	}

	/** One record's own failure. */
	strike(request: Parameters<Poison["hits"]>[0]): Fault | undefined {
		const { poison } = this.faults;
		return poison?.hits(request) ? { kind: poison.how, afterCommit: poison.afterCommit ?? false } : undefined;
	}

	/** A limiter refuses before anything happened, so 429 never comes after the commit. */
	draw(writes: boolean): Fault | undefined {
		if (this.next() >= this.faults.rate) return undefined;
		const afterCommit = writes && this.next() < (this.faults.afterCommit ?? 0);
		const kinds = (this.faults.kinds ?? every).filter(kind => !(afterCommit && kind === "tooMany"));
		return kinds.length > 0 ? { kind: pick(this.next, kinds), afterCommit } : undefined;
	}
}
