/** signing: the keys that tokens are signed with, and their public halves. */

import { action, contract } from "../contract";
import { RAW_ANSWER, RAW_REQUEST } from "../raw";
import { shape, type ValueOf } from "../schema";

export const signingKey = shape(
	"SigningKey",
	{
		kid: { type: "string", summary: "By which a token names it." },
		state: { type: "enum", values: ["published", "signing", "retired"] },
		createdAt: { type: "string", summary: "ISO 8601, UTC; public from then on." },
		signsFrom: { type: "string" },
		endsAt: { type: "string", nullable: true, summary: "When the last token that it signed is over; null: it signs." }
	},
	"A key that tokens are signed with, as everybody may see it."
);
export type SigningKey = ValueOf<typeof signingKey>;

export const publicKey = shape("PublicKey", { kid: "string", x: "string" }, "A public key (RFC 8037), in base64url.");
export type PublicKey = ValueOf<typeof publicKey>;

const MANAGE = "keys:manage";
const key: SigningKey = {
	kid: "k1-0c9",
	state: "signing",
	createdAt: "2026-11-21T09:00:00.000Z",
	signsFrom: "2026-11-21T09:10:00.000Z",
	endsAt: null
};

export const signing = contract("platform", "signing", {
	chapter: "Signing keys",
	stores: ["secrets"],
	settings: {
		tokenSeconds: {
			variable: "ACCESS_TOKEN_SECONDS",
			live: true,
			rule: "number|integer|min:30|max:3600|default:600",
			summary: "how long an access token holds",
			unit: "s"
		},
		issuer: {
			variable: "TOKEN_ISSUER",
			rule: "string|min:1|max:200|default:banyan",
			summary: "who issues access tokens (`iss`): best the API's own address"
		},
		audience: {
			variable: "TOKEN_AUDIENCE",
			rule: "string|min:1|max:200|default:banyan",
			summary: "whom access tokens are for (`aud`)"
		},
		keyDays: {
			variable: "SIGNING_KEY_DAYS",
			live: true,
			rule: "number|integer|min:1|max:3650|default:90",
			summary: "after which age another key signs",
			unit: "days"
		},
		leadSeconds: {
			variable: "SIGNING_KEY_LEAD",
			rule: "number|integer|min:1|max:86400|default:900",
			summary: "how long a key is public before it signs",
			unit: "s"
		}
	},
	actions: {
		sign: action({
			summary: "A JWT of that kind with these claims, signed with the key that signs at its `iat`.",
			internal: ["sessions"],
			reads: true,
			params: { claims: "object" },
			result: "string"
		}),
		keys: action({
			summary: "The public halves of all keys whose tokens may still hold.",
			internal: ["sessions"],
			reads: true,
			params: {},
			result: { type: "array", items: publicKey }
		}),
		list: action({
			summary: "The keys that access tokens are signed with, the newest first.",
			permission: MANAGE,
			rest: "GET /signing-keys",
			params: {},
			result: { type: "array", items: signingKey },
			example: { params: {}, result: [key] }
		}),
		rotate: action({
			summary:
				"Makes another key: public at once, and signing once whoever keeps the old list has fetched the new one.",
			idempotent: true,
			permission: MANAGE,
			rest: "POST /signing-keys/rotate",
			params: {},
			result: signingKey,
			example: { params: {}, result: { ...key, state: "published" } }
		}),
		published: action({
			summary: "The public keys of access tokens, as a JWK set (RFC 7517).",
			permission: "public",
			raw: {
				called: "public keys",
				path: "^/\\.well-known/jwks\\.json$",
				methods: ["GET", "HEAD"],
				ours: true,
				shown: [
					{
						name: "jwks",
						path: "/.well-known/jwks.json",
						summary: "The public keys of access tokens, as a JWK set (RFC 7517).",
						params: {},
						answer: {
							description: "Ed25519 keys (RFC 8037): those that sign, will sign, or signed what may still hold.",
							example: '{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"k1-0c9","x":"11qYAY…"}]}'
						},
						problems: [429, 500, 503, 504]
					}
				]
			},
			reads: true,
			params: RAW_REQUEST,
			result: RAW_ANSWER
		})
	}
});
