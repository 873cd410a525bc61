/**
 * What is asked for by an address is written down, and done behind the answer: known or not, whoever asks waits for the same
 * (A2). Letters go out the same way, with the change that they tell of: nothing is changed of which nobody hears.
 */

import { createHash, randomBytes } from "node:crypto";
import type { Delivery } from "../../../adapters/announcements";
import type { Versioned } from "../../../adapters/collection";
import type { Letter, Taken } from "../../../contracts/platform/auth-forms";
import type { Template } from "../../../contracts/platform/mail";
import type { StoredAccount } from "../../../domain/platform/accounts/account";
import { type Asked, type Done, decided, type LetterTo } from "../../../domain/platform/accounts/asked";
import { tokenOf } from "../../../domain/platform/accounts/proofs";
import { type Accounts, announced, type Calls, digestOf } from "./accounts";

/** Of secrets, that nobody has without the node's own. */
export type Derive = (text: string) => string;

const ID_LETTERS = 16;
/** In small letters and digits. */
export const newId = (): string => randomBytes(ID_LETTERS / 2).toString("hex");

type Want = Omit<Asked, "kind" | "id" | "createdAt">;

export const askedFor = (want: Want): Asked => ({
	...want,
	kind: "asked",
	id: `asked-${newId()}${newId()}`,
	createdAt: new Date().toISOString()
});

/** A letter to the address that an account has now, or had. */
export const telling = ({ id, email }: StoredAccount, template: Template): Asked =>
	askedFor({ want: "tell", to: email, account: id, template });

/** The same whoever has the address. */
const MESSAGE = "A letter is on its way, where there is something to say: it says what next.";

interface About {
	readonly account: string;
	readonly secret: string;
}

interface Of {
	readonly about: About | undefined;
	/** The account that the letter is kept with: its owner is shown it, and it is forgotten with them. */
	readonly whose: string | null;
}

export class Asking {
	constructor(
		private readonly accounts: Accounts,
		private readonly derive: Derive,
		/** The page that links lead to, as a whole address. */
		private readonly page: string
	) {}

	/** Once it is written down it will be done, whoever is killed. */
	async ask(want: Want): Promise<Taken> {
		const asked = askedFor(want);
		await this.accounts.rows.insert(asked, { events: [announced(asked)] });
		return { email: want.to, message: MESSAGE };
	}

	/** The letter is taken over before the change is made: made again it is the same letter, with the same token in it. */
	async done(by: Calls, id: string, delivery: Delivery): Promise<void> {
		const asked = await this.accounts.rows.get(id);
		if (asked?.kind !== "asked") return;
		const secret = this.derive(`proof ${id}`);
		const found = await this.about(asked);
		const { account, letters } = await this.decide(asked, found?.record, digestOf(secret));
		const about = account && { account: account.id, secret };
		const whose = about?.account ?? found?.record.id ?? null;
		for (const letter of letters) await this.send(by, asked, letter, { about, whose });
		await this.keep(asked, found?.version, account, delivery);
	}

	private async about({ account, to }: Asked): Promise<Versioned<StoredAccount> | undefined> {
		const id = account ?? (await this.accounts.byEmail(to))?.id;
		return id === undefined ? undefined : this.accounts.read(id);
	}

	private async decide(asked: Asked, found: StoredAccount | undefined, digest: string): Promise<Done> {
		const isTaken = asked.want === "email" && (await this.accounts.byEmail(asked.to)) !== undefined;
		return decided(asked, found, { id: idOf(this.derive(`account ${asked.id}`)), digest, now: Date.now(), isTaken });
	}

	private async send(by: Calls, asked: Asked, { to, template, proves }: LetterTo, of: Of): Promise<void> {
		const { about, whose } = of;
		const token = about && tokenOf(about.account, about.secret);
		const proof = proves && token !== undefined ? { token, link: this.linkTo(proves, token) } : {};
		const fields = { email: to, at: asked.createdAt, ...proof };
		await by.call("mail.send", {
			id: `${asked.id}/${template}`,
			to,
			account: whose,
			template,
			fields
		});
	}

	/** What it is for stands behind the `#`, which no server or proxy is told of. */
	private linkTo(proves: Letter, token: string): string {
		return `${this.page}#${PATHS[proves]}?token=${token}`;
	}

	/** @throws Conflict where it was changed meanwhile: it is decided anew */
	private keep(
		asked: Asked,
		version: string | undefined,
		next: StoredAccount | undefined,
		once: Delivery
	): Promise<void> {
		const put = next && (version === undefined ? { insert: next } : { put: next, expected: version });
		return this.accounts.rows.write([...(put ? [put] : []), { remove: asked.id }], { once });
	}
}

const idOf = (secret: string): string => createHash("sha256").update(secret).digest("hex").slice(0, ID_LETTERS);

/** What the page of the link does, once its reader says so: a link that is only looked at changes nothing (A7). */
const PATHS = { verify: "verify-email", email: "verify-email", reset: "reset-password" } as const;
