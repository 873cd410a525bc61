import { join } from "node:path";
import { Conflict, insertedOnce } from "../../adapters/collection";
import { folderPost } from "../../adapters/mail/folder";
import { type Post, Undelivered } from "../../adapters/mail/letter";
import { smtpPost } from "../../adapters/mail/smtp";
import {
	Action,
	type Announced,
	type Answers,
	type CallOf,
	Event,
	type EventOf,
	Service,
	service
} from "../../cluster";
import { failure } from "../../cluster/errors";
import { settingsFor, settingsOf } from "../../cluster/settings";
import type { ResultOf } from "../../contracts/contract";
import type { JsonValue } from "../../contracts/json";
import { auth } from "../../contracts/platform/auth";
import { gateway } from "../../contracts/platform/gateway";
import { mail } from "../../contracts/platform/mail";
import { written } from "../../domain/platform/letters";
import { isAddress } from "../../domain/text/email";
import { messageOf } from "../../domain/unknown";
import { collection } from "../../mixins/collection.mixin";
import { resealed, secrets } from "../../mixins/secrets.mixin";
import type { Content, KeptLetter } from "./mail/letters";
import { Outbox } from "./mail/outbox";

const { send, personal, reseal, sweep } = mail.actions;
const { metrics } = mail;

/** How long it is known which letters were sent, in ms: whoever asks again does so within it. */
const KNOWN_MS = 24 * 3_600_000;
const COUNT_MS = 60_000;

@Service(mail)
export default class MailService
	extends service(
		secrets(),
		collection<"letters", KeptLetter>("letters", "id", { indexes: ["dueAt", "doneAt", "account"] })
	)
	implements Answers<typeof mail>
{
	private outbox!: Outbox;
	private post!: Post;
	private waiting = 0;
	private upkeep: NodeJS.Timeout | undefined;

	async started(): Promise<void> {
		const [{ smtp, dataDir, store }, settings] = [settingsOf(this.broker), settingsFor(this.broker, mail)];
		this.post = smtp ? smtpPost(smtp, settings.timeoutMs) : folderPost(join(dataDir, "mail"));
		this.outbox = new Outbox(this.letters, settings, {
			send: letter => this.post(this.opened(letter)),
			isFinal: error => error instanceof Undelivered && error.isFinal,
			tell: (letter, outcome, error) => this.tell(letter, outcome, error),
			failed: error => this.logger.warn(`Letters cannot be looked through: ${messageOf(error)}`)
		});
		this.upkeep = setInterval(() => void this.countOrTell(), COUNT_MS);
		void this.countOrTell();
		if (store === "embedded") await this.outbox.restart();
		this.outbox.wake();
	}

	async stopped(): Promise<void> {
		clearInterval(this.upkeep);
		await this.outbox?.stop();
	}

	@Action(send)
	async send({ params }: CallOf<typeof send>): Promise<boolean> {
		const { id, to, template, fields, account = null } = params;
		if (!isAddress(to)) throw failure("MAIL_ADDRESS_INVALID", "A letter is to one address: a name, an @ and a domain.");
		if (this.waiting >= settingsFor(this.broker, mail).waiting)
			throw failure(
				"OVERLOADED",
				`${mail.settings.waiting.variable} is reached: letters cannot be sent as fast as they come.`
			);
		const now = Date.now();
		const content: Content = { to, fields };
		const sealed = this.secrets.seal(JSON.stringify(content), id);
		const letter = { id, template, account, at: now, state: "waiting", sealed, tries: 0, dueAt: now } as const;
		if (await insertedOnce<KeptLetter, Announced>(this.letters, letter)) return false;
		this.waiting++;
		this.outbox.wake();
		return true;
	}

	/** What was said in them is not kept once they are sent. */
	@Action(personal)
	async personal({ params }: CallOf<typeof personal>): Promise<JsonValue> {
		const letters: JsonValue[] = [];
		for await (const { template, at, state } of this.letters.each({ account: params.account }))
			letters.push({ template, state, at: new Date(at).toISOString() });
		return letters.length === 0 ? null : { letters };
	}

	/** Those that are on their way, too: whoever sends one meets that it is gone. */
	@Event(auth.events.erased)
	async erased(ctx: EventOf<typeof auth.events.erased>): Promise<void> {
		const { account, request } = ctx.params;
		let count = 0;
		for await (const { id } of this.letters.each({ account })) if (await this.letters.remove(id)) count++;
		await ctx.call("users.forgot", { request, service: mail.name, count, kept: [] });
	}

	@Action(reseal)
	reseal({ params }: CallOf<typeof reseal>): Promise<ResultOf<typeof reseal>> {
		return resealed(this, params, async () => {
			const count = { left: 0, resealed: 0 };
			for await (const { id, sealed } of this.letters.each())
				if (sealed !== null && this.secrets.isStale(sealed)) count[await this.resealedOne(id)]++;
			return count;
		});
	}

	private async resealedOne(id: string): Promise<"left" | "resealed"> {
		const found = await this.letters.read(id);
		if (!found?.record.sealed) return "resealed";
		const sealed = this.secrets.seal(this.secrets.open(found.record.sealed, id), id);
		try {
			await this.letters.put({ ...found.record, sealed }, { expected: found.version });
			return "resealed";
		} catch (error) {
			if (error instanceof Conflict) return "left";
			throw error;
		}
	}

	private opened({ id, template, sealed, at }: KeptLetter) {
		const content = JSON.parse(this.secrets.open(sealed ?? "", id)) as Content;
		const { from } = settingsFor(this.broker, mail);
		const { publicUrl } = settingsFor(this.broker, gateway);
		const name = this.secrets.derive(`letter ${id}`);
		const messageId = `<${name}@${from.replace(/^.*@|>$/g, "")}>`;
		return { messageId, from, to: content.to, at, ...written(template, content.fields, publicUrl) };
	}

	/** Nobody's address: of which kind it is, and what became of it. */
	private tell({ template, tries }: KeptLetter, outcome: string, error: unknown): void {
		this.broker.metrics.increment(metrics.letters.name, { outcome });
		if (outcome !== "again") this.waiting--;
		if (outcome === "sent") return;
		const why = error instanceof Undelivered ? error.message : "its server or folder cannot be reached";
		const what = outcome === "again" ? "is tried again" : "is given up";
		this.logger.warn(`A letter (${template}) could not be sent and ${what}, after ${tries} tries: ${why}.`);
	}

	@Action(sweep)
	async sweep(_ctx: CallOf<typeof sweep>): Promise<number> {
		const before = Date.now() - KNOWN_MS;
		let swept = 0;
		for await (const { id } of this.letters.each({ doneAt: { $lt: before } }, { sort: "doneAt" }))
			if (await this.letters.remove(id)) swept++;
		return swept;
	}

	/** What this node lets in goes by it. */
	private async countOrTell(): Promise<void> {
		try {
			this.waiting = await this.letters.count({ dueAt: { $gt: 0 } });
			this.broker.metrics.set(metrics.waiting.name, this.waiting);
		} catch (error) {
			this.logger.warn(`Letters cannot be counted: ${messageOf(error)}`);
		}
	}
}
