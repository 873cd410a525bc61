/** The event store of tests and of what may be forgotten: the same promises, but for the disk. */

import { StoreClosed, StoreFull } from "../errors";
import { acknowledged, opened, ordinal, type Stored, sealed } from "./envelope";
import { type Appended, type EventData, type EventStore, type RecordedEvent, VersionConflict } from "./eventstore";
import { follow, walk } from "./follow";
import { Tail } from "./tail";

export interface MemoryOptions {
	/** @default the system's clock */
	readonly now?: () => Date;
	/** The most characters of JSON it holds. @default unlimited */
	readonly maxCharacters?: number;
}

export function openMemoryStore(options: MemoryOptions = {}): EventStore {
	return new MemoryStore(options);
}

const PAGE_ROWS = 512;

interface Kept extends Stored {
	readonly appendId: string;
}

class MemoryStore implements EventStore {
	private readonly all: Kept[] = [];
	private readonly byStream = new Map<string, Kept[]>();
	private readonly tail = new Tail();
	private characters = 0;
	private closed = false;

	constructor(private readonly options: MemoryOptions) {}

	async append(stream: string, expected: string, events: readonly EventData[], appendId: string): Promise<Appended> {
		this.mustBeOpen();
		const { body, ...append } = sealed(stream, expected, events, appendId);
		const kept = this.byStream.get(stream) ?? [];
		const last = kept.at(-1);
		if (last?.appendId === appendId) {
			return acknowledged(last, true);
		}
		const actual = last?.version ?? 0;
		if (actual !== append.expected) throw new VersionConflict(stream, expected, String(actual));
		if (this.characters + body.length > (this.options.maxCharacters ?? Infinity)) throw new StoreFull("memory");
		const at = (this.options.now?.() ?? new Date()).toISOString();
		const added = { stream, version: actual + 1, position: this.all.length + 1, appendId, at, body };
		this.characters += body.length;
		this.all.push(added);
		kept.push(added);
		this.byStream.set(stream, kept);
		this.tail.wake();
		return acknowledged(added, false);
	}

	async version(stream: string): Promise<string> {
		this.mustBeOpen();
		return String(this.byStream.get(stream)?.length ?? 0);
	}

	async last(stream: string): Promise<RecordedEvent[]> {
		this.mustBeOpen();
		return (this.byStream.get(stream) ?? []).slice(-1).flatMap(append => [...opened(append)]);
	}

	read(stream: string, after?: string): AsyncIterable<RecordedEvent> {
		return walk(from => this.page(this.byStream.get(stream) ?? [], from), "version", ordinal(after));
	}

	readAll(after?: string): AsyncIterable<RecordedEvent> {
		return walk(from => this.page(this.all, from), "position", ordinal(after));
	}

	subscribe(after: string | undefined, signal: AbortSignal): AsyncIterable<RecordedEvent> {
		return follow(from => this.page(this.all, from), ordinal(after), this.tail, signal);
	}

	async streams(prefix: string): Promise<string[]> {
		this.mustBeOpen();
		return [...this.byStream.keys()].filter(name => name.startsWith(prefix)).sort();
	}

	async close(): Promise<void> {
		this.closed = true;
		this.tail.wake();
	}

	/** Versions and positions both count from 1 without gaps, so what comes after `from` begins at that index. */
	private page(kept: readonly Kept[], from: number): readonly Kept[] {
		this.mustBeOpen();
		return kept.slice(from, from + PAGE_ROWS);
	}

	private mustBeOpen(): void {
		if (this.closed) throw new StoreClosed("The event store in memory is closed.");
	}
}
