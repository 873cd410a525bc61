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
	const kept = `Is ${MAY[may]} at the source and ${MAY[there]} at the target, where nobody who stands there is changed.`;
	return { data: same, losses: [there > may ? raised(kept) : dropped(kept)], kept };
}

const raised = (kept: string): Loss => ({
	code: "admin_raised",
	field: "is_sudo",
	severity: "act",
	reason: `${kept} Is it the same person, and may they? Else rename one of the two, or take it from them at the target.`
});
const dropped = (kept: string): Loss => ({
	code: "sudo_dropped",
	field: "is_sudo",
	severity: "act",
	reason: `${kept} Make them sudo there by hand if they shall be.`
});
