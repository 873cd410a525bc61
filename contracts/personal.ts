/**
 * What every contract says whose service keeps something of people. It answers `personal`, what that is; its service listens to
 * `auth.erased`, forgets it, as often as it is told, and says so to `users.forgot`. A test finds who does one without the others.
 *
 *   @Event(auth.events.erased)
 *   async erased(ctx: EventOf<typeof auth.events.erased>): Promise<void> {
 *     const { account, request } = ctx.params;
 *     await ctx.call("users.forgot", { request, service: notes.name, count: await this.forget(account), kept: [] });
 *   }
 */

import { action } from "./contract";
import { shape, type ValueOf } from "./schema";

/** The name of the action, by which it is found. */
export const PERSONAL = "personal";

export const personal = action({
	summary:
		"What its service keeps of an account, as it is given to the person: fields with their values, nothing that proves who somebody is; null: nothing.",
	internal: ["users"],
	reads: true,
	timeout: 30_000,
	tryTimeout: 10_000,
	params: { account: "string|min:1|max:100" },
	result: "json"
});

export const remainder = shape(
	"Remainder",
	{
		what: { type: "string", summary: "Such as `security events`." },
		why: "string",
		until: { type: "string", nullable: true, summary: "When it is removed: ISO 8601, UTC." }
	},
	"What is kept of a person who was erased, and why."
);
export type Remainder = ValueOf<typeof remainder>;
