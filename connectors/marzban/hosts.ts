/**
 * Hosts of Marzban: entries without ids, one list for each inbound tag, which the panel takes only whole.
 *
 * So every change reads all lists, changes the one entry that is meant, and sends the tag's list back with all others as
 * they were answered (L8). One change at a time: two of our own would overwrite each other. Somebody else's change that
 * falls between our read and our write, a few milliseconds, is lost: the panel has no compare-and-set.
 *
 * An entry is found by its name (see `hostName`), and touched only while it says what we wrote. One whose name is gone
 * while another of its tag and remark stands there counts as changed by somebody: an address that was edited since is
 * so listed, never passed over. The price: an undo that was killed, and begins again, may list one that it had removed.
 */

import type { Json } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { hostLabel, hostName } from "../../domain/migration/marzneshin-to-marzban/host-names";
import { ConnectorError, type Term, type Undo, type Undone, type Write } from "../connector";
import type { WireObject } from "../http/json";
import type { Session } from "../http/session";
import { afterFailure } from "./aftermath";
import { hostBody, hostFingerprint, hostRecords, type Lists, listsIn, recordOf, refuseHost } from "./host-records";
import type { Lane } from "./lane";
import { unlessStopped } from "./stopped";
import type { Writer } from "./writer";

type Step = { readonly kind: "put" | "done" };

interface Entry {
	readonly tag: string;
	/** From the entry that it replaces, if it stands in the same list. */
	readonly body: (old: WireObject) => WireObject;
}

/** One entry that shall be there, or none, in place of one that is. */
interface Change {
	readonly name: string;
	readonly entry: Entry | null;
	/** Of the entry it replaces, wherever that is. */
	readonly replaces: (record: TargetRecord) => boolean;
	readonly isDone: (present: TargetRecord | undefined) => boolean;
	/** Throws when what is there is not ours to change. */
	readonly allow: (present: TargetRecord | undefined) => void;
	readonly term: Term | undefined;
}

const PATH = "/api/hosts";

export class Hosts {
	readonly #session: Session;
	readonly #writer: Writer;
	readonly #lane: Lane;

	/** @param lane for one at a time */
	constructor(session: Session, writer: Writer, lane: Lane) {
		this.#session = session;
		this.#writer = writer;
		this.#lane = lane;
	}

	async all(): Promise<TargetRecord[]> {
		return hostRecords(await this.#lists());
	}

	async find(names: readonly string[]): Promise<TargetRecord[]> {
		const wanted = new Set(names);
		return (await this.all()).filter(({ name }) => wanted.has(name));
	}

	async write(write: Write, term?: Term): Promise<TargetRecord> {
		const { name, data } = write;
		unlessStopped(term);
		refuseHost(name, data);
		const wanted = hostFingerprint(data);
		const look = () => this.#look(name);
		let start: TargetRecord | undefined;
		const make = async (again: boolean): Promise<TargetRecord> => {
			const present = await look();
			if (!again) start = present;
			const made = await this.#make({
				name,
				// What only the panel knows of stays as it is.
				entry: { tag: String(data.tag), body: old => ({ ...old, ...hostBody(data) }) },
				replaces: record => record.name === name || isOurs(write, hostFingerprint(record.data)),
				isDone: present => present !== undefined && hostFingerprint(present.data) === wanted,
				allow: present => allow(write, present),
				term
			});
			if (made === undefined) throw new ConnectorError("unexpected-answer", `${name} was written and is not there.`);
			return made;
		};
		try {
			return await this.#lane.run(term, make);
		} catch (error) {
			const undo: Undo = { name, before: start?.data ?? null, sent: [data, ...(write.sent ?? [])] };
			const isMade = (there: TargetRecord): boolean => isOurs(undo, hostFingerprint(there.data));
			throw await afterFailure(error, { start, look, takeBack: () => this.undo(undo, term), isOurs: isMade, term });
		}
	}

	async undo(undo: Undo, term?: Term): Promise<Undone> {
		const { name, before } = undo;
		return await this.#lane.run(term, async () => {
			const all = await this.all();
			const present = all.find(record => record.name === name);
			if (present === undefined) {
				const isMoved = all.some(record => hostLabel(record.name) === hostLabel(name));
				return before === null && !isMoved ? "already" : "changed-since";
			}
			const print = hostFingerprint(present.data);
			const first = before && hostFingerprint(before);
			if (print === first) return "already";
			if (!isOurs(undo, print)) return "changed-since";
			await this.#make({
				name,
				entry: before && asItWas(before),
				replaces: record => record.name === name && hostFingerprint(record.data) === print,
				isDone: there => (there === undefined ? first === null : hostFingerprint(there.data) === first),
				allow: () => undefined,
				term
			});
			return "restored";
		});
	}

	async #look(name: string): Promise<TargetRecord | undefined> {
		return (await this.find([name]))[0];
	}

	async #lists(): Promise<Lists> {
		return listsIn(await this.#session.object(PATH), this.#session.caps);
	}

	async #make({ name, entry, replaces, isDone, allow, term }: Change): Promise<TargetRecord | undefined> {
		const look = () => this.#look(name);
		return await this.#writer.finish<Step>({
			name,
			present: await look(),
			next: (present, begun) => {
				if (isDone(present)) return { kind: "done" };
				if (!begun) allow(present);
				return { kind: "put" };
			},
			take: async () => {
				const changed = changedLists(await this.#lists(), replaces, entry);
				await this.#session.write("PUT", PATH, changed, term);
				return undefined;
			},
			look,
			term,
			overloaded: () => this.#lane.failed()
		});
	}
}

const asItWas = ({ tag, ...body }: Json): Entry => ({ tag: String(tag), body: () => body });

/** The lists of the tags that change, whole: the first entry that is replaced gives its place. */
function changedLists(lists: Lists, replaces: Change["replaces"], entry: Entry | null): WireObject {
	const places = Object.entries(lists).flatMap(([tag, hosts]) => hosts.map((host, index) => ({ tag, index, host })));
	const old = places.find(({ tag, host }) => replaces(recordOf(tag, host)));
	const tags = new Set([...(old ? [old.tag] : []), ...(entry ? [entry.tag] : [])]);
	const changed = [...tags].map(tag => {
		const list = [...(Object.hasOwn(lists, tag) ? (lists[tag] ?? []) : [])];
		const here = old?.tag === tag;
		const body = entry?.tag === tag ? [entry.body(here ? old.host : {})] : [];
		if (here) list.splice(old.index, 1, ...body);
		else list.push(...body);
		return [tag, list] as const;
	});
	return Object.fromEntries(changed);
}

const isOurs = ({ ours, sent = [] }: Pick<Undo, "ours" | "sent">, print: string): boolean =>
	print === ours || sent.some(data => hostFingerprint(data) === print);

function allow(write: Write, present: TargetRecord | undefined): void {
	const { name, data, before } = write;
	if (before !== null && present === undefined) {
		throw new ConnectorError("conflict", `${name} was there before the migration and is gone: somebody removed it.`);
	}
	if (before !== null || present === undefined || isOurs(write, hostFingerprint(present.data))) return;
	throw new ConnectorError("conflict", `${hostName(data)} is taken at Marzban by a host that says something else.`);
}
