/**
 * Where a request comes from and which cookies it has and gets are told to the actions whose contracts ask for it, and to
 * none that these call, on whatever node: no address, no token of a session goes further along with what else travels.
 */

import type { Meta } from "../cluster";
import { type Handler, isNamed, middleware, type Told } from "../cluster/middleware";
import { conductOf } from "../domain/platform/calls/conduct";

interface Called {
	readonly meta: Meta;
}

/** A call has a meta of its own: what it does not have, whoever called keeps. */
function hiding(next: Handler<Called>, { name }: { readonly name: string }): Handler<Called> {
	const { client = false, cookies = false } = conductOf(name) ?? {};
	return ctx => {
		const { meta } = ctx;
		// Most calls are of no request that has any.
		if (!hasParts(meta)) return next(ctx);
		if (!client) delete meta.client;
		if (!cookies) delete meta.cookies;
		delete meta.setCookies;
		// Nor does what it set come back with its answer, where it sets none.
		return cookies ? next(ctx) : next(ctx).finally(() => delete meta.setCookies);
	};
}

const NONE = { client: undefined, cookies: undefined, setCookies: undefined } as const;

/** Whoever tells it is a call that may have them. */
const silent =
	(next: Told): Told =>
	(event, payload, options) =>
		isNamed(options) && hasParts(options?.parentCtx?.meta)
			? next(event, payload, { ...options, meta: { ...options?.meta, ...NONE } })
			: next(event, payload, options);

const hasParts = ({ client, cookies, setCookies }: Meta = {}): boolean =>
	(client ?? cookies ?? setCookies) !== undefined;

export const privateParts = middleware({
	name: "privateParts",
	localAction: hiding,
	remoteAction: hiding,
	emit: silent,
	broadcast: silent
});
