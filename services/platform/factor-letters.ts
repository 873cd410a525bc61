/** What whoever has an account is written of a change of their factors. */

import type { EventOf } from "../../cluster";
import type { InputOf } from "../../contracts/contract";
import type { mail } from "../../contracts/platform/mail";
import type { mfa } from "../../contracts/platform/mfa";

type Letter = InputOf<typeof mail.actions.send>;
export interface Telling {
	readonly template: Letter["template"];
	/** What it is about, as a part of a sentence. */
	readonly what: string;
}

type Noting = Pick<EventOf<typeof mfa.events.noted>, "call"> & {
	readonly params: { readonly account: string; readonly what: string; readonly at: string };
};

/** The same letter however often it is asked for; undefined where there is nothing to say, or nobody to say it to. */
export async function tellOwner(ctx: Noting, service: string, telling: Telling | null): Promise<void> {
	const { account, what, at } = ctx.params;
	const found = telling && (await ctx.call("auth.account", { id: account }));
	if (!telling || !found) return;
	const { email: to } = found;
	const fields = { email: to, what: telling.what, at };
	await ctx.call("mail.send", {
		id: `${service} ${account} ${what} ${at}`,
		to,
		account,
		template: telling.template,
		fields
	});
}
