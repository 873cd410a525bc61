import type { Meanings } from "../../../meaning";

const hosts = { kind: "loss", streams: ["hosts"] } as const;
const degraded = { ...hosts, severity: "degraded", whom: ["operator"] } as const;

const INBOUND = "Look whether the inbound of that tag says the same; if not, set it there.";
const AS_INBOUND = "Marzban's hosts take this from their inbound.";
const NOT_TAKEN = "Marzban does not take the value that the source has; each record says which.";
const BY_HAND = "Set what comes closest in Marzban's host settings.";

/** What customers would notice, or what opens more than before. */
const weighty = {
	server_address: {
		...hosts,
		severity: "act",
		says: "{records} [stands|stand] for the address of the panel that fills [it|them] in: the target's own from now on.",
		means: "`{SERVER_IP}` in an address becomes the address of the machine that runs the panel.",
		whom: ["operator"],
		todo: "Is the inbound reached at the new panel's machine? If not, write its address into the host."
	},
	chain_dropped: {
		...hosts,
		severity: "act",
		says: "{records} [was|were] reached through other hosts and would be reached directly.",
		means: "Marzban does not chain hosts.",
		whom: ["operator"],
		todo: "Disable the host at the target if nobody shall connect to it directly."
	},
	host_services_gained: {
		...hosts,
		severity: "act",
		says: "{records} [was|were] shown to some services alone, and every user of the inbound gets [it|them] now.",
		means: "Marzban shows every user of a tag all its hosts.",
		whom: ["operator", "reseller"],
		todo: "Give such hosts an inbound of their own, or remove them at the target."
	},
	host_credentials_dropped: {
		...hosts,
		severity: "act",
		says: "{records} had credentials of [its|their] own, which Marzban's hosts cannot have.",
		means: "At Marzban everyone connects with their own credentials, which such a host would refuse.",
		whom: ["operator"],
		todo: "Disable the host at the target, or give its inbound the users' own credentials."
	},
	universal_dropped: {
		...degraded,
		says: "{records} [was|were] shown to everyone; whoever has not this inbound does not get [it|them] any more.",
		means: "Marzban knows no host without an inbound.",
		todo: "Add the host under the other tags whose users shall get it."
	}
} as const satisfies Meanings;

const inboundsOwn = {
	network_dropped: {
		...degraded,
		says: "{records} had a network of [its|their] own.",
		means: AS_INBOUND,
		todo: INBOUND
	},
	header_type_dropped: {
		...degraded,
		says: "{records} had a header of [its|their] own.",
		means: AS_INBOUND,
		todo: INBOUND
	},
	reality_dropped: {
		...degraded,
		says: "{records} had REALITY keys or short ids of [its|their] own.",
		means: AS_INBOUND,
		todo: INBOUND
	},
	splithttp_dropped: {
		...degraded,
		says: "{records} had XHTTP settings of [its|their] own.",
		means: AS_INBOUND,
		todo: INBOUND
	},
	flow_dropped: {
		...degraded,
		says: "{records} had a flow of [its|their] own.",
		means: "At Marzban everyone has their own flow, which the users' stream carries.",
		todo: "Nothing, where the users are moved too."
	},
	shadowsocks_method_dropped: {
		...degraded,
		says: "{records} had a shadowsocks method of [its|their] own.",
		means: "At Marzban everyone has their own method, which the users' stream carries.",
		todo: "Nothing, where the users are moved too."
	}
} as const satisfies Meanings;

const notThere = {
	http_headers_dropped: {
		...degraded,
		says: "{records} had HTTP headers, which Marzban's hosts cannot have.",
		means: "Whoever connects through a proxy that wants these headers cannot.",
		todo: "Set them in Marzban's subscription templates, where they matter."
	},
	early_data_dropped: {
		...degraded,
		says: "{records} had early data, which Marzban's hosts cannot have.",
		means: "The first packet takes one round trip more.",
		todo: "Nothing, or write `?ed=…` into the path."
	},
	shadowtls_dropped: {
		...degraded,
		says: "{records} had ShadowTLS, which Marzban does not have.",
		means: "Nobody can connect through it.",
		todo: "Remove the host at the target."
	},
	wireguard_dropped: {
		...hosts,
		severity: "info",
		says: "{records} had WireGuard settings, which Marzban does not have.",
		means: "They mean nothing for the other protocols.",
		whom: ["operator"],
		todo: "Nothing."
	},
	weight_dropped: {
		...hosts,
		severity: "info",
		says: "{records} [comes|come] in the order of the target's list, not by weight.",
		means: "Marzban shows hosts in the order of its list.",
		whom: ["operator"],
		todo: "Nothing, or put them in order in Marzban's host settings."
	}
} as const satisfies Meanings;

const notTaken = {
	security_dropped: {
		...degraded,
		says: "{records} [has|have] the security of [its|their] inbound at the target.",
		means: NOT_TAKEN,
		todo: BY_HAND
	},
	alpn_dropped: { ...degraded, says: "{records} [has|have] no ALPN at the target.", means: NOT_TAKEN, todo: BY_HAND },
	fingerprint_dropped: {
		...degraded,
		says: "{records} [has|have] no fingerprint at the target.",
		means: NOT_TAKEN,
		todo: BY_HAND
	},
	fragment_dropped: {
		...degraded,
		says: "{records} [has|have] no fragment setting at the target.",
		means: NOT_TAKEN,
		todo: BY_HAND
	},
	noise_dropped: {
		...degraded,
		says: "{records} [has|have] no noise setting at the target.",
		means: NOT_TAKEN,
		todo: BY_HAND
	},
	mux_settings_dropped: {
		...hosts,
		severity: "info",
		says: "{records} [has|have] mux switched on, with the numbers of Marzban's templates.",
		means: "Marzban's hosts have mux on or off.",
		whom: ["operator"],
		todo: "Nothing, or set the numbers in Marzban's mux template."
	}
} as const satisfies Meanings;

export const hostLosses = { ...weighty, ...inboundsOwn, ...notThere, ...notTaken } as const satisfies Meanings;
