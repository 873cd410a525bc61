/**
 * What a host is called where it has no id: Marzban keeps hosts as one list for each inbound tag, without keys, so a host
 * can only be told by what it says. Its name is its tag, its remark, and a digest of where it leads: address, port, SNI,
 * host and path. Two hosts of one remark are told apart by that, as customers do; what else it says (TLS, ALPN, mux,
 * fragments …) may change and it stays the same host.
 */

import type { Json } from "../../../contracts/json";
import { digest } from "../../canonical";

const DIGITS = 10;

export function hostName(host: Json): string {
	const { tag = null, remark = null, address = null, port } = host;
	const leads = {
		address,
		port: port || null,
		sni: host.sni || null,
		host: host.host || null,
		path: host.path || null
	};
	return `${tag} / ${remark} #${digest(leads).slice(0, DIGITS)}`;
}

/** The part of a name that all hosts of one tag and remark share. */
export const hostLabel = (name: string): string => name.replace(/ #[0-9a-f]{10}(?: \(\d+\))?$/, "");
