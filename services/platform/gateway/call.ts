/** What is known of a request once it was let in. */

import type { Caller } from "../../../cluster/person";
import type { WebRequest } from "../../../mixins/web.mixin";
import type { Client } from "./clients";
import type { ShapedCall } from "./shaped-call";
import type { Shares } from "./shares";

export class Call {
	/** Who calls, where the route asks for it. */
	caller?: Caller;
	/** Its answer has nothing that compression would tell. */
	mayCompress = true;
	/** The request is the first one under its Idempotency-Key. */
	idempotencyKey?: string;
	/** It came by a route of an older API. */
	shaped?: ShapedCall;

	constructor(
		private readonly from: Client,
		readonly correlationId: string,
		/** What it has of what is finite. */
		readonly shares: Shares
	) {}

	/** The client's address, behind the proxies we trust. */
	get client(): string {
		return this.from.client;
	}

	/** How the client came. */
	get scheme(): "http" | "https" {
		return this.from.scheme;
	}

	/** What the client called us, with its port. */
	get host(): string {
		return this.from.host;
	}
}

/** Kept on the request itself: a WeakMap costs more than all the rest of it. */
const CALL = Symbol("call");
interface Called extends Pick<WebRequest, "headers"> {
	[CALL]?: Call;
}

export function setCall(req: Called, call: Call): void {
	req[CALL] = call;
}
export function callOf(req: Called): Call {
	const call = req[CALL];
	if (!call) throw new Error("The request was not taken yet.");
	return call;
}

/** The value of a header that may stand once. */
export const header = (req: Pick<WebRequest, "headers">, name: string): string | undefined => {
	const value = req.headers[name];
	return Array.isArray(value) ? value[0] : value;
};

export const mayDo = ({ scopes }: Pick<Caller, "scopes">, scope: string): boolean => scopes.includes(scope);

/** Does the caller prefer this type of answer to JSON? They name it, and do not name JSON before it. */
export function accepts(req: Pick<WebRequest, "headers">, type: string): boolean {
	const wanted = (header(req, "accept") ?? "").split(",").map(each => each.split(";", 1)[0]?.trim().toLowerCase());
	const at = wanted.indexOf(type);
	const json = wanted.indexOf("application/json");
	return at >= 0 && (json < 0 || at < json);
}
