/** User templates of Marzban: a name, limits, and the inbounds that a user made from it gets. */

import type { Json, JsonValue } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { fold } from "../../domain/migration/folding";
import { listIn } from "../beyond";
import { ConnectorError, type Term, type Undo, type Undone, type Write } from "../connector";
import { asSet, digest } from "../fingerprint";
import { isObject, toJson, type WireObject } from "../http/json";
import type { Session } from "../http/session";
import { glance, type Shape } from "../http/shape";
import { afterFailure } from "./aftermath";
import { namesake } from "./api";
import type { Lane } from "./lane";
import type { Naming } from "./naming";
import { table, toBytes, unlessMisshapen } from "./records";
import { unlessGone, unlessStopped } from "./stopped";
import type { Writer } from "./writer";

interface Step {
	readonly kind: "create" | "modify" | "remove" | "done";
	readonly present?: TargetRecord | undefined;
}

interface Change {
	readonly name: string;
	readonly present: TargetRecord | undefined;
	/** Null: no such template. */
	readonly wanted: Json | null;
	readonly allow: (present: TargetRecord | undefined) => void;
	readonly term: Term | undefined;
}

const PATH = "/api/user_template";
const LONGEST_NAME = 64;
const TEMPLATE: Shape = {
	id: "id",
	name: "plain",
	data_limit: "bytes",
	expire_duration: "number",
	username_prefix: "text",
	username_suffix: "text",
	inbounds: "lists"
};

export class Templates {
	readonly #session: Session;
	readonly #writer: Writer;
	readonly #lane: Lane;
	readonly #naming: Naming;

	constructor(session: Session, writer: Writer, lane: Lane, naming: Naming) {
		this.#naming = naming;
		this.#session = session;
		this.#writer = writer;
		this.#lane = lane;
	}

	async all(): Promise<TargetRecord[]> {
		const answer = await this.#session.get(PATH);
		if (!Array.isArray(answer) || !answer.every(isObject)) {
			throw new ConnectorError("unexpected-answer", "GET /api/user_template did not answer a list.");
		}
		const { caps } = this.#session;
		return listIn(answer, "GET /api/user_template", caps).map(item => {
			unlessMisshapen(item, `template '${glance(item.name)}'`, TEMPLATE, caps);
			return { name: String(item.name), data: toJson(item, ["data_limit"]) };
		});
	}

	/** Each under the name asked for, also one that the panel takes for it. */
	async find(names: readonly string[]): Promise<TargetRecord[]> {
		const [all, folding] = await Promise.all([this.all(), this.#naming.of("services")]);
		return names.flatMap(name => {
			const own = all.find(each => each.name === name);
			const other = all.find(each => fold(each.name, folding) === fold(name, folding));
			return own ? [own] : other ? [namesake(name, other)] : [];
		});
	}

	async write(write: Write, term?: Term): Promise<TargetRecord> {
		const { name } = write;
		unlessStopped(term);
		const wanted: Json = { ...write.data, name };
		refuseTemplate(wanted);
		let start: TargetRecord | undefined;
		const look = () => this.#look(name);
		try {
			return await this.#lane.run(term, async again => {
				const present = await look();
				if (!again) start = present;
				const made = await this.#make({ name, present, wanted, allow: there => allow(write, there), term });
				if (made === undefined) throw new ConnectorError("unexpected-answer", `${name} was written and is not there.`);
				return made;
			});
		} catch (error) {
			const undo: Undo = { name, before: start?.data ?? null, sent: [wanted, ...(write.sent ?? [])] };
			const isMade = ({ data }: TargetRecord): boolean => isOurs(undo, templateFingerprint(data));
			const takeBack = () => this.undo(undo, term);
			throw await afterFailure(error, { start, look, takeBack, isOurs: isMade, term });
		}
	}

	async undo(undo: Undo, term?: Term): Promise<Undone> {
		const { name, before } = undo;
		const present = await this.#look(name);
		if (present === undefined) return before === null ? "already" : "changed-since";
		const print = templateFingerprint(present.data);
		if (before !== null && print === templateFingerprint(before)) return "already";
		if (!isOurs(undo, print)) return "changed-since";
		await this.#lane.run(term, () => this.#make({ name, present, wanted: before, allow: () => undefined, term }));
		return "restored";
	}

	async #look(name: string): Promise<TargetRecord | undefined> {
		return (await this.all()).find(each => each.name === name);
	}

	async #make({ name, present, wanted, allow, term }: Change): Promise<TargetRecord | undefined> {
		return await this.#writer.finish<Step>({
			name,
			present,
			next: (there, begun) => {
				const step = nextStep(wanted, there);
				if (!begun && step.kind !== "done") allow(there);
				return step;
			},
			take: async step => {
				await this.#send(step, wanted, term);
				return undefined;
			},
			look: () => this.#look(name),
			term,
			overloaded: () => this.#lane.failed()
		});
	}

	async #send({ kind, present }: Step, wanted: Json | null, term: Term | undefined): Promise<void> {
		const path = `${PATH}/${present?.data.id}`;
		if (kind === "remove") await this.#session.write("DELETE", path, undefined, term).catch(unlessGone);
		else if (kind === "modify") await this.#session.write("PUT", path, bodyOf(wanted ?? {}), term);
		else await this.#session.write("POST", PATH, bodyOf(wanted ?? {}), term);
	}
}

function nextStep(wanted: Json | null, present: TargetRecord | undefined): Step {
	if (wanted === null) return present === undefined ? { kind: "done" } : { kind: "remove", present };
	if (present === undefined) return { kind: "create" };
	const isSame = templateFingerprint(present.data) === templateFingerprint(wanted);
	return { kind: isSame ? "done" : "modify", present };
}

const isOurs = ({ name, ours, sent = [] }: Undo, print: string): boolean =>
	print === ours || sent.some(data => templateFingerprint({ ...data, name }) === print);

/** No limit and a limit of 0 say the same, and so do no inbounds of a protocol and the protocol left out. */
export function templateFingerprint(data: Json): string {
	const { name = null, username_prefix, username_suffix } = data;
	const limit = data.data_limit ? String(data.data_limit) : "0";
	return digest({
		name,
		data_limit: limit,
		expire_duration: data.expire_duration || 0,
		username_prefix: username_prefix || null,
		username_suffix: username_suffix || null,
		inbounds: Object.fromEntries(tagsOf(data).map(([protocol, tags]) => [protocol, asSet(tags)]))
	});
}

/** A change leaves alone what is null, so no limit is said as 0. */
const bodyOf = (data: Json): WireObject => ({
	name: String(data.name),
	data_limit: toBytes(data.data_limit),
	expire_duration: data.expire_duration ?? 0,
	username_prefix: data.username_prefix ?? null,
	username_suffix: data.username_suffix ?? null,
	inbounds: Object.fromEntries(tagsOf(data))
});

const isList = (value: JsonValue): value is string[] => Array.isArray(value);
const tagsOf = ({ inbounds }: Json): [string, string[]][] =>
	Object.entries(table(inbounds)).flatMap(([protocol, tags]): [string, string[]][] =>
		isList(tags) && tags.length > 0 ? [[protocol, tags.map(String)]] : []
	);

/** Who is made from a template without inbounds may get all of them. */
export function refuseTemplate(data: Json): void {
	const length = [...String(data.name)].length;
	const words = [
		...(length < 1 || length > LONGEST_NAME ? [`its name must be 1 to ${LONGEST_NAME} characters long`] : []),
		...(tagsOf(data).length === 0 ? ["it must name an inbound"] : [])
	];
	if (words.length === 0) return;
	throw new ConnectorError("refused", `The template ${data.name} is not sent to Marzban: ${words.join("; ")}.`, {
		untouched: true
	});
}

function allow(write: Write, present: TargetRecord | undefined): void {
	const { name, before } = write;
	if (before !== null && present === undefined) {
		throw new ConnectorError("conflict", `${name} was there before the migration and is gone: somebody removed it.`);
	}
	if (before !== null || present === undefined || isOurs(write, templateFingerprint(present.data))) return;
	throw new ConnectorError("conflict", `${name} is taken at Marzban by a template that says something else.`);
}
