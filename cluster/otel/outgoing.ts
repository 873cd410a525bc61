/**
 * What is asked of panels, as spans. Panels are strangers: they are told nothing of the trace, and of an address no more is
 * kept than whose it is, for a path may hold a customer's name or the key of their link.
 */

import { spanRequests } from "../../connectors/http/way";
import type { Span, What } from "../span";
import { currentSpan, kindOfError } from "../tracing";

let nodes = 0;

/** Until it is called back. Several nodes of a process do with one. */
export function traceOutgoing(): () => void {
	if (nodes++ === 0)
		spanRequests(async ({ method, origin }, ask) => {
			const here = currentSpan();
			return here?.isSampled ? spanned(here.child(what(method, new URL(origin))), ask) : ask();
		});
	return () => {
		if (--nodes === 0) spanRequests(undefined);
	};
}

const what = (method: string, { hostname, port, protocol }: URL): What => ({
	name: method,
	kind: "client",
	attributes: {
		"http.request.method": method,
		"server.address": hostname,
		"server.port": Number(port || (protocol === "https:" ? 443 : 80))
	}
});

const FAILED = 400;

/** Until the head of the answer is there. */
async function spanned<A extends { readonly statusCode: number }>(span: Span, ask: () => Promise<A>): Promise<A> {
	try {
		const answer = await ask();
		span.set({ "http.response.status_code": answer.statusCode });
		if (answer.statusCode >= FAILED) span.fail(String(answer.statusCode));
		return answer;
	} catch (error) {
		span.fail(kindOfError(error));
		throw error;
	} finally {
		span.end();
	}
}
