/** What no API carries: each record stays where it is, and the report says what to do by hand instead. */

import type { Json } from "../../../contracts/json";
import type { StreamMapping } from "../mapping";
import { refuse, text } from "./values";

const byHand = (from: readonly string[], field: string, told: (data: Json) => string): StreamMapping<unknown> => ({
	nameField: field,
	rows: [{ to: null, from, convert: "told" }],
	converters: { told: data => refuse("by_hand", field, data[field], told(data)) }
});

/** The two panels speak to their nodes in different protocols. */
export const nodes = byHand(
	["name", "address", "usage_coefficient"],
	"name",
	({ name, address, usage_coefficient }) =>
		`Install Marzban-node on ${address}, then add it to Marzban as '${name}', address ${address}, usage coefficient ${usage_coefficient ?? 1}; its marznode can go once the last customer has left.`
);

const line = (name: string, value: string): string => `${name}=${JSON.stringify(value)}`;

/** A link without a scheme is none at Marzban. */
const asLink = (link: string): string => (link === "" || /^[a-z]+:/i.test(link) ? link : `https://${link}`);

export const settings = byHand(
	["profile_title", "support_link", "update_interval"],
	"profile_title",
	({ profile_title, support_link, update_interval }) => {
		const lines = [
			line("SUB_PROFILE_TITLE", text(profile_title)),
			line("SUB_SUPPORT_URL", asLink(text(support_link))),
			line("SUB_UPDATE_INTERVAL", String(update_interval ?? 12))
		];
		return `Put into Marzban's .env, then restart it: ${lines.join(" ")}; a Telegram bot goes there too, as TELEGRAM_API_TOKEN and TELEGRAM_ADMIN_ID. Its rules for client programs are fixed.`;
	}
);
