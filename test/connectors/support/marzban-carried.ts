/** Users as a mapping asks for them where the panel's database carries what its API cannot. */

import type { Write } from "../../../connectors/connector";
import type { Json } from "../../../contracts/json";
import { data, STATES, VOLATILE, WRITES, write } from "./marzban-users";

const CREATED = "2023-04-05T06:07:08.123456";

export const CARRIED: Json = {
	created_at: CREATED,
	used_traffic: "9007199254740991",
	lifetime_used_traffic: "18014398509481985",
	online_at: "2026-11-01T10:00:00",
	sub_updated_at: "2026-10-31T09:00:00.5",
	sub_last_user_agent: "v2rayNG/1.8.5",
	sub_revoked_at: "2024-01-01T00:00:00",
	traffic_reset_at: "2026-11-01T00:00:00"
};

/** All states, and those that only a database can make. */
export const CARRIED_STATES: Readonly<Record<string, Json>> = {
	...STATES,
	limited: { status: "limited", used_traffic: "9007199254740993" },
	over: { status: "limited", data_limit: "1", used_traffic: "1", expire: null },
	limited_expired: { status: "expired", expire: 1_000_000_000, data_limit: "5", used_traffic: "7" },
	limited_disabled: { status: "disabled", data_limit: "5", used_traffic: "7" },
	limited_half: { status: "limited", data_limit: "5", used_traffic: "7", inbounds: { vless: ["VLESS TCP REALITY"] } }
};

export const carriedWrite = (name: string, changes: Json = {}, more: Partial<Write> = {}): Write =>
	write(name, { ...CARRIED, ...changes }, more);

const hold = (state: Json): Json => (state.on_hold_timeout ? { on_hold_timeout: state.on_hold_timeout } : {});

export const HASH = "$2b$12$abcdefghijklmnopqrstuuWJ8u4eB4dP2vZ6oYlHnU6oQmS0kq3Dy";

export const CARRIED_WRITES: Readonly<Record<string, readonly { write: Write; changed: Json }[]>> = {
	...WRITES,
	users: Object.entries(CARRIED_STATES).map(([name, state]) => ({
		write: carriedWrite(`u_${name}`, state),
		changed: {
			...data({ note: "changed", data_limit: "5", inbounds: { trojan: ["Trojan Websocket TLS"] } }),
			...CARRIED,
			created_at: "2022-01-01T00:00:00",
			used_traffic: "4",
			...hold(state),
			username: `u_${name}`
		}
	})),
	admins: [
		{ username: "res1", is_sudo: false },
		{ username: "hashed", is_sudo: false, hashed_password: HASH, users_usage: "9007199254740993" },
		{ username: "boss", is_sudo: true, hashed_password: HASH },
		{ username: "boss2", is_sudo: true, users_usage: "5" }
	].map(one => ({
		write: { name: one.username, data: one, before: null, secrets: { password: "a new one" } },
		changed: { username: one.username }
	}))
};

const { created_at: _known, ...moving } = VOLATILE.users as { created_at: string };

/** The time of creation is said by us, and does not move. */
export const CARRIED_VOLATILE: Readonly<Record<string, Json>> = { ...VOLATILE, users: moving };
