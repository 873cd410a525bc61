import { announcedIn, type Entry, type Letter, Letters, PROGRESS } from "../../adapters/announcements";
import type { EventStore } from "../../adapters/eventstore";
import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { settingsOf } from "../../cluster/settings";
import type { JsonValue } from "../../contracts/json";
import { type DeadLetter, events } from "../../contracts/platform/events";
import { InTurn } from "../../domain/in-turn";
import { messageOf } from "../../domain/unknown";
import { announcementsOf } from "../../mixins/announcements";

const { deadLetters, replay, drop, again, waiting } = events.actions;

/** How often it is counted how many letters wait, in ms. */
const COUNT_MS = 15_000;

interface Wanted {
	readonly id?: string | undefined;
	readonly service?: string | undefined;
}

const shown = ({ service: name, entry, tries, reason, at }: Letter): DeadLetter => ({
	id: entry.id,
	service: name,
	event: entry.event,
	key: entry.key,
	payload: entry.payload as JsonValue,
	announcedAt: entry.at,
	laidAsideAt: at,
	tries,
	reason,
	...(entry.correlationId !== undefined && { correlationId: entry.correlationId }),
	...(entry.behalf && { behalf: entry.behalf })
});

@Service(events)
export default class EventsService extends service() implements Answers<typeof events> {
	/** One reads them on at a time. */
	private readonly reading = new InTurn();
	private letters: Letters | undefined;
	private counting: NodeJS.Timeout | undefined;
	private readonly counted = new Set<string>();

	async started(): Promise<void> {
		if (settingsOf(this.broker).access === "read") return;
		this.counting = setInterval(() => void this.countOrTell(), COUNT_MS).unref();
	}

	async stopped(): Promise<void> {
		clearInterval(this.counting);
	}

	@Action(deadLetters)
	async deadLetters(ctx: CallOf<typeof deadLetters>): Promise<DeadLetter[]> {
		const { service: name, limit } = ctx.params;
		const all = await this.all();
		return all
			.filter(letter => name === undefined || letter.service === name)
			.slice(0, limit)
			.map(shown);
	}

	@Action(replay)
	replay(ctx: CallOf<typeof replay>): Promise<DeadLetter[]> {
		return this.decided(ctx.params, (letters, wanted) => letters.replay(wanted));
	}

	@Action(drop)
	drop(ctx: CallOf<typeof drop>): Promise<DeadLetter[]> {
		return this.decided(ctx.params, (letters, wanted) => letters.drop(wanted));
	}

	@Action(again)
	async again(ctx: CallOf<typeof again>): Promise<{ delivered: number; after: string; more: boolean }> {
		const { service: name, event, key, after, limit } = ctx.params;
		const store = await announcementsOf(this.broker);
		if (!(await store.streams(PROGRESS + name)).includes(PROGRESS + name))
			throw failure("LISTENER_NOT_FOUND", `No service '${name}' listens to durable events, or ever did.`);
		const isWanted = (entry: Entry): boolean =>
			entry.to === undefined && (event ?? entry.event) === entry.event && (key ?? entry.key) === entry.key;
		const found = await announcedAfter(store, after, limit, isWanted);
		await (await this.ofStore()).again(name, found.entries);
		return { delivered: found.entries.length, after: found.after, more: found.more };
	}

	@Action(waiting)
	async waiting(_ctx: CallOf<typeof waiting>): Promise<number> {
		return (await this.all()).length;
	}

	private all(): Promise<Letter[]> {
		return this.reading.next(async () => (await this.ofStore()).all());
	}

	/** Of many who decide about one letter, the first does. @throws DEAD_LETTER_NOT_FOUND */
	private decided(
		{ id, service: name }: Wanted,
		decide: (letters: Letters, wanted: readonly Letter[]) => Promise<void>
	): Promise<DeadLetter[]> {
		if (id === undefined && name === undefined)
			throw failure("REQUEST_INVALID", "Say which: the `id` of one, or the `service` whose all are meant.");
		return this.reading.next(async () => {
			const letters = await this.ofStore();
			const all = await letters.all();
			const wanted = all.filter(({ entry, service: of }) => (id ?? entry.id) === entry.id && (name ?? of) === of);
			if (id !== undefined && wanted.length === 0)
				throw failure("DEAD_LETTER_NOT_FOUND", `No event '${id}' is laid aside.`);
			await decide(letters, wanted);
			return wanted.map(shown);
		});
	}

	private async ofStore(): Promise<Letters> {
		this.letters ??= new Letters(await announcementsOf(this.broker));
		return this.letters;
	}

	private async countOrTell(): Promise<void> {
		try {
			const all = await this.all();
			for (const letter of all) this.counted.add(letter.service);
			for (const name of this.counted)
				this.broker.metrics.set(events.metrics.dead.name, all.filter(each => each.service === name).length, {
					service: name
				});
		} catch (error) {
			this.logger.warn(`Dead letters could not be counted: ${messageOf(error)}`);
		}
	}
}

interface Found {
	readonly entries: readonly Entry[];
	readonly after: string;
	readonly more: boolean;
}

async function announcedAfter(
	store: EventStore,
	after: string,
	limit: number,
	isWanted: (entry: Entry) => boolean
): Promise<Found> {
	const entries: Entry[] = [];
	let at = after;
	for await (const announced of announcedIn(store.readAll(after))) {
		if (entries.length >= limit) return { entries, after: at, more: true };
		entries.push(...announced.entries.filter(isWanted));
		at = String(announced.position);
	}
	return { entries, after: at, more: false };
}
