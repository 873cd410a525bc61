/** What an admin may, and who stands there under their name: nobody is given more than the record says (L34). Pure. */

import type { Json } from "../../contracts/json";
import type { Loss } from "../../contracts/migration/records";
import type { Onto } from "../connector";

/** None at all, their own users, everything. A record that is not enabled may do nothing; who stands there may log in. */
export const powerOf = ({ enabled, is_sudo }: Json): 0 | 1 | 2 => (enabled === false ? 0 : is_sudo === true ? 2 : 1);

export const SUDO = 2;

const MAY = ["disabled", "an admin without sudo", "sudo"] as const;

/** Who stands there is never changed: neither their password, nor what they may, nor where they are told of it. */
export function adminOnto(data: Json, before: Json): Onto {
	const { telegram_id = null, discord_webhook = null } = before;
	const same = { ...data, telegram_id, discord_webhook };
	const [may, there] = [powerOf(data), powerOf(before)];
	if (there === may) return { data: same, losses: [] };
	// Whether they may come in is not known: an account made for them before has a password that nobody knows.
	if (there < SUDO && may < SUDO)
		return { data: same, losses: [raised(STANDS, "degraded")], without: ["admin_locked"] };
	const kept = `Is ${MAY[may]} at the source and ${MAY[there]} at the target, where nobody who stands there is changed.`;
	return { data: same, losses: [there > may ? raised(kept, "act") : dropped(kept)], kept };
}

const STANDS =
	"Is disabled at the source, and an account of the name stands at the target, where whoever has its password may log in.";

const raised = (kept: string, severity: Loss["severity"]): Loss => ({
	code: "admin_raised",
	field: "is_sudo",
	severity,
	reason: `${kept} Is it the same person, and may they? Else rename one of the two, or take it from them at the target.`
});
const dropped = (kept: string): Loss => ({
	code: "sudo_dropped",
	field: "is_sudo",
	severity: "act",
	reason: `${kept} Make them sudo there by hand if they shall be.`
});
