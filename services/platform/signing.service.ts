import { createHash } from "node:crypto";
import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { settingsFor } from "../../cluster/settings";
import type { SettingsOf } from "../../contracts/contract";
import { type PublicKey, type SigningKey, signing } from "../../contracts/platform/signing";
import type { RawAnswer } from "../../contracts/raw";
import { LEEWAY_S, signedToken } from "../../domain/platform/sessions/access-token";
import {
	endOfKey,
	isDue,
	type KeyRules,
	newestFirst,
	publicAt,
	signingAt,
	stateOf
} from "../../domain/platform/signing/keys";
import { messageOf } from "../../domain/unknown";
import { collection } from "../../mixins/collection.mixin";
import { secrets } from "../../mixins/secrets.mixin";
import { KeyPairs } from "./signing/key-pairs";
import { KeyRing, type StoredKey } from "./signing/ring";

const { sign, keys, list, rotate, published } = signing.actions;

const DAY_MS = 86_400_000;
/** How long others may keep the list; well below the time for which a key is public before it signs. */
const MOST_KEPT_S = 300;

const moment = (ms: number): string => new Date(ms).toISOString();

/** As they are when they are looked at. */
const rulesOf = (settings: SettingsOf<typeof signing>): KeyRules => ({
	get leadMs() {
		return settings.leadSeconds * 1000;
	},
	get ageMs() {
		return settings.keyDays * DAY_MS;
	},
	get tokenMs() {
		return (settings.tokenSeconds + LEEWAY_S) * 1000;
	}
});

@Service(signing)
export default class SigningService
	extends service(secrets(), collection<"signingKeys", StoredKey>("signingKeys", "kid", { unique: ["after"] }))
	implements Answers<typeof signing>
{
	private keyRing!: KeyRing;
	private pairs!: KeyPairs;
	private rotating: Promise<unknown> | undefined;
	private readonly rules = rulesOf(settingsFor(this.broker, signing));

	async started(): Promise<void> {
		this.keyRing = new KeyRing(this.signingKeys, this.rules);
		this.pairs = new KeyPairs(text => this.secrets.derive(text));
	}

	async stopped(): Promise<void> {
		await this.rotating;
	}

	/** By the token's own moment: whichever node signs the same claims again answers the same bytes. */
	@Action(sign)
	async sign({ params: { claims } }: CallOf<typeof sign>): Promise<string> {
		const all = await this.keyRing.all();
		if (isDue(all, Date.now(), this.rules)) this.rotateSoon();
		const { kid } = signingAt(all, Number(claims.iat) * 1000) ?? (await this.keyRing.rotate(Date.now(), false));
		return signedToken(claims, { kid, key: this.pairs.of(kid).key });
	}

	/** Whoever wants a token does not wait for it. */
	private rotateSoon(): void {
		this.rotating ??= this.keyRing
			.rotate(Date.now(), false)
			.catch((error: unknown) => this.logger.warn(`No other signing key could be made: ${messageOf(error)}`))
			.finally(() => {
				this.rotating = undefined;
			});
	}

	@Action(keys)
	async keys(_ctx: CallOf<typeof keys>): Promise<PublicKey[]> {
		return this.public();
	}

	private async public(): Promise<PublicKey[]> {
		const shown = publicAt(await this.keyRing.all(), Date.now(), this.rules);
		this.pairs.keep(new Set(shown.map(({ kid }) => kid)));
		return shown.map(({ kid }) => ({ kid, x: this.pairs.of(kid).x }));
	}

	@Action(list)
	async list(_ctx: CallOf<typeof list>): Promise<SigningKey[]> {
		const all = await this.keyRing.all();
		return newestFirst(publicAt(all, Date.now(), this.rules)).map(key => this.shown(key, all));
	}

	@Action(rotate)
	async rotate(_ctx: CallOf<typeof rotate>): Promise<SigningKey> {
		const made = await this.keyRing.rotate(Date.now(), true);
		return this.shown(made, await this.keyRing.all());
	}

	private shown(key: StoredKey, all: readonly StoredKey[]): SigningKey {
		const { kid, createdAt, signsFrom } = key;
		const end = endOfKey(all, key, this.rules);
		const state = stateOf(all, key, Date.now());
		return { kid, state, createdAt: moment(createdAt), signsFrom: moment(signsFrom), endsAt: end ? moment(end) : null };
	}

	@Action(published)
	async published({ params: { headers } }: CallOf<typeof published>): Promise<RawAnswer> {
		const set = (await this.public()).map(({ kid, x }) => ({
			kty: "OKP",
			crv: "Ed25519",
			alg: "EdDSA",
			use: "sig",
			kid,
			x
		}));
		const body = Buffer.from(JSON.stringify({ keys: set }));
		const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
		const { leadSeconds } = settingsFor(this.broker, signing);
		const kept = {
			"cache-control": `public, max-age=${Math.min(MOST_KEPT_S, Math.floor(leadSeconds / 3))}`,
			"access-control-allow-origin": "*",
			etag
		};
		if (headers["if-none-match"] === etag) return { status: 304, headers: kept, body: Buffer.alloc(0) };
		return { status: 200, headers: { ...kept, "content-type": "application/jwk-set+json" }, body };
	}
}
