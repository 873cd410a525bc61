/** A request of a route whose answers are kept: its question, and the answer that it gets. */

import type { Keeping } from "../../../../domain/platform/kept/answer";
import { keyOf } from "../../../../domain/platform/kept/key";
import { wishesIn } from "../../../../domain/platform/kept/wishes";
import type { Route } from "../../../../domain/platform/routes";
import type { WebRequest, WebResponse } from "../../../../mixins/web.mixin";
import { callOf } from "../call";
import type { KeptAnswers } from "./answers";
import { respond } from "./respond";

/** @throws NOT_KEPT, and what the action does */
export async function giveKept(
	answers: KeptAnswers,
	route: Route,
	keeping: Keeping,
	req: WebRequest,
	res: WebResponse,
	ask: () => Promise<unknown>
): Promise<void> {
	const given = await answers.give({
		action: route.action,
		key: keyOf(route.action, keeping, req.$params, callOf(req).caller),
		keeping,
		wishes: wishesIn(req.headers),
		// An answer that sets a cookie is for whoever asked.
		ask: async () => ({ data: await ask(), isKept: req.$ctx.meta.setCookies === undefined })
	});
	await respond(req, res, route, given);
}
