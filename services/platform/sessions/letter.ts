/** What whoever has an account is written where one of their refresh tokens was used twice. */

import type { EventOf } from "../../../cluster";
import type { sessions } from "../../../contracts/platform/sessions";

type Reused = EventOf<typeof sessions.events.reused>;

/** The same letter however often it is asked for; nobody is written who is no more. */
export async function tellOwner(ctx: Pick<Reused, "call" | "params">): Promise<void> {
	const { account, session, device, at } = ctx.params;
	const owner = await ctx.call("auth.account", { id: account });
	if (!owner) return;
	const fields = { email: owner.email, device, at: new Date(at).toISOString() };
	await ctx.call("mail.send", {
		id: `reused ${session}`,
		to: owner.email,
		account,
		template: "sessions-ended",
		fields
	});
}
