/**
 * A newer caller and an older service, side by side while a cluster is upgraded. A service refuses fields that it does not
 * know, and it announces which it does: what says nothing to it (a default) is left out, and a call with more than that
 * goes to a node which knows it. Nothing that a caller said is dropped without a word.
 */

import type { Middleware } from "moleculer";
import { failure } from "../cluster/errors";
import { type Handler, middleware } from "../cluster/middleware";
import { CONTRACTS } from "../contracts/cluster";
import { type Schema, strict } from "../contracts/schema";
import { defaultsLeftOut, unknownField } from "../domain/platform/calls/older";

interface Called {
	params: Readonly<Record<string, unknown>>;
	readonly nodeID: string | null;
}
interface Announced {
	readonly name: string;
	readonly params?: Readonly<Record<string, unknown>>;
}

/** Ours, and as it is announced. */
interface Own {
	readonly params: Schema;
	readonly text: string;
}
const OWN: ReadonlyMap<string, Own> = new Map(
	CONTRACTS.flatMap(({ name, actions }) =>
		Object.entries(actions).map(([key, { params }]): [string, Own] => [
			`${name}.${key}`,
			{ params, text: JSON.stringify(strict(params)) }
		])
	)
);

function known(next: Handler<Called>, { name, params: theirs }: Announced): Handler<Called> {
	const own = OWN.get(name);
	// As a rule they are the same, and it costs nothing.
	if (!own || !theirs || JSON.stringify(theirs) === own.text) return next;
	return ctx => {
		const params = defaultsLeftOut(own.params, theirs, ctx.params);
		const field = unknownField(theirs, params);
		if (field !== undefined) return Promise.reject(notYet(name, field, ctx.nodeID));
		ctx.params = params;
		return next(ctx);
	};
}

const notYet = (action: string, field: string, nodeID: string | null): Error =>
	failure(
		"UNAVAILABLE",
		`No node that answers for ${action} now knows the field '${field}': they are of an older release. Ask again once they are upgraded, or without it.`,
		{ action, nodeID, unbegun: true }
	);

export const older: Middleware = middleware({ name: "older", remoteAction: known });
