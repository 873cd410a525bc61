import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { guessed } from "../../cluster/guessed";
import { settingsFor, settingsOf } from "../../cluster/settings";
import type { ResultOf } from "../../contracts/contract";
import { legacy, type OldPerson, type Progress } from "../../contracts/platform/legacy";
import type { Found } from "../../domain/platform/legacy/answer";
import type { Description } from "../../domain/platform/legacy/description";
import { progressOf } from "../../domain/platform/legacy/progress";
import { canonicalEmail } from "../../domain/text/email";
import { messageOf } from "../../domain/unknown";
import { clientOf, toldIn } from "./auth/entering";
import { away } from "./auth/lazily";
import { Answers as Kept } from "./legacy/answers";
import { Away, OldSystem } from "./legacy/old-system";
import { readDescription } from "./legacy/reading";

const { login, exchange, progress } = legacy.actions;
const { metrics } = legacy;

/** What asking comes to at most beside the old system's own time, in ms: with it all wrong logins take the same. */
const BESIDE_MS = 50;
const DAY_MS = 86_400_000;
const LOOK_MS = 300_000;
type Outcome = "known" | "unknown" | "away";

@Service(legacy)
export default class LegacyService extends service() implements Answers<typeof legacy> {
	private description: Description | undefined;
	private old: OldSystem | undefined;
	private kept!: Kept<Found>;
	private looking: NodeJS.Timeout | undefined;

	async started(): Promise<void> {
		const { file } = settingsFor(this.broker, legacy);
		this.kept = new Kept(Date.now);
		if (file === "") return;
		const { environment } = settingsOf(this.broker);
		this.description = readDescription(file, name => environment.value(name));
		this.old = new OldSystem(this.description, Date.now);
		this.looking = setInterval(() => void this.look(), LOOK_MS).unref();
	}

	async stopped(): Promise<void> {
		clearInterval(this.looking);
		await this.old?.close();
	}

	/** Whoever is wrong waits for as long as the old system may take, whether it was asked or not: the time tells nothing (A2). */
	@Action(login)
	async login({ params }: CallOf<typeof login>): Promise<OldPerson | null> {
		const asked = this.asked();
		if (!asked) return null;
		const until = performance.now() + asked.description.answerMs + BESIDE_MS;
		const found = params.known ? this.asIfAsked(asked.old) : await this.whose(asked, params.email, params.password);
		if (found !== null && found !== "away") return found;
		await sleep(Math.max(0, until - performance.now()));
		if (found === "away") throw away();
		return null;
	}

	@Action(exchange)
	async exchange(ctx: CallOf<typeof exchange>): Promise<ResultOf<typeof exchange>> {
		const { token, cookie } = ctx.params;
		const asked = this.asked();
		if (!asked) throw unknownSession();
		const client = clientOf(ctx);
		const guess = { kind: "old session", subject: digestOf(token), client };
		const person = await guessed(
			ctx,
			guess,
			() => this.holder(asked, token),
			found => found === null
		);
		if (!person) throw unknownSession();
		const { migration, source, ...account } = person;
		const { account: id } = await ctx.call("auth.adopt", { migration, source, account });
		if (id === null) throw unknownSession();
		const entered = await ctx.call("auth.enter", { account: id, factors: ["legacy"], client });
		return toldIn(ctx.meta, entered, cookie);
	}

	@Action(progress)
	progress(_ctx: CallOf<typeof progress>): Promise<Progress> {
		return this.counted();
	}

	/** Undefined: there is no old system, or it is asked no more. */
	private asked(): Asked | undefined {
		const { description, old } = this;
		if (!description || !old) return undefined;
		const isOver = description.until !== undefined && Date.now() >= Date.parse(description.until);
		return isOver ? undefined : { description, old };
	}

	/** Of somebody who is known here nothing is asked there: only whether somebody else would hear that it is away. */
	private asIfAsked(old: OldSystem): "away" | null {
		return old.isAway ? "away" : null;
	}

	private async whose(asked: Asked, email: string, password: string): Promise<OldPerson | "away" | null> {
		try {
			const found = await asked.old.login(email, password);
			this.told("login", found ? "known" : "unknown");
			return found ? this.person(asked, found) : null;
		} catch (error) {
			return this.awayBy("login", error);
		}
	}

	/** @throws OLD_SYSTEM_AWAY */
	private async holder(asked: Asked, token: string): Promise<OldPerson | null> {
		const cacheMs = asked.description.sessions?.cacheMs ?? 0;
		try {
			const found = await this.kept.get(digestOf(token), cacheMs, () => asked.old.session(token));
			this.told("session", found ? "known" : "unknown");
			return found ? this.person(asked, found) : null;
		} catch (error) {
			this.awayBy("session", error);
			throw away();
		}
	}

	private person({ description: { migration, source } }: Asked, found: Found): OldPerson | null {
		const email = canonicalEmail(found.email);
		if (email !== undefined) return { migration, source, ...found, email };
		this.logger.warn("The old system knows somebody whose address is none: they are not moved.");
		return null;
	}

	private awayBy(what: "login" | "session", error: unknown): "away" {
		if (!(error instanceof Away)) throw error;
		this.told(what, "away");
		this.logger.warn(`The old system does not answer: ${error.message}.`);
		return "away";
	}

	private told(what: "login" | "session", outcome: Outcome): void {
		this.broker.metrics.increment(metrics.asked.name, { what, outcome });
	}

	/** For the metric, now and then. */
	private async look(): Promise<void> {
		try {
			await this.counted();
		} catch (error) {
			this.logger.warn(`How many people of the old system have come is not known now: ${messageOf(error)}`);
		}
	}

	private async counted(): Promise<Progress> {
		const { description } = this;
		if (!description) return progressOf({ asked: false, away: false });
		const { migration, source, days } = description;
		const since = new Date(Date.now() - days * DAY_MS).toISOString();
		const arrived = await this.broker.call("auth.arrived", { migration, source, since });
		const counted = progressOf({
			asked: this.asked() !== undefined,
			away: this.old?.isAway ?? false,
			description,
			arrived
		});
		if (counted.share !== null) this.broker.metrics.set(metrics.share.name, counted.share);
		return counted;
	}
}

interface Asked {
	readonly description: Description;
	readonly old: OldSystem;
}

const digestOf = (token: string): string => createHash("sha256").update(token).digest("base64url");
const unknownSession = () => failure("OLD_SESSION_UNKNOWN", "This session is not valid at the old system: sign in.");
