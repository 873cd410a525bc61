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
		if (!client && meta.client !== undefined) delete meta.client;
		if (!cookies && meta.cookies !== undefined) delete meta.cookies;
		if (meta.setCookies !== undefined) delete meta.setCookies;
		return next(ctx);
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
