/** Writes that are asked for together go together: one request for as many as it takes. */

import { createHmac } from "node:crypto";
import { reach } from "../../adapters/failpoints";
import type { Json } from "../../contracts/json";
import { listIn, tableIn } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { ConnectorError, type Term, type Write } from "../connector";
import type { Api } from "./api";
import { accountsIn, foreignOf, recordOf } from "./records";

export interface Origin {
	readonly migration: string;
	readonly source: string;
	readonly digestKey: string;
}

interface Asked {
	readonly write: Write;
	readonly term: Term | undefined;
	readonly resolve: (record: TargetRecord) => void;
	readonly reject: (error: unknown) => void;
}

/** Accounts in one request. */
const AT_ONCE = 100;

export class Writer {
	private waiting: Asked[] = [];

	constructor(
		private readonly api: Api,
		private readonly origin: Origin
	) {}

	write(write: Write, term: Term | undefined): Promise<TargetRecord> {
		return new Promise((resolve, reject) => {
			if (this.waiting.push({ write, term, resolve, reject }) === 1) setImmediate(() => void this.flush());
		});
	}

	private async flush(): Promise<void> {
		const asked = this.waiting.splice(0);
		while (asked.length > 0) await this.together(asked.splice(0, AT_ONCE));
	}

	/** One that the gateway would not take must not hold the others back: they are sent one by one then. */
	private async together(group: readonly Asked[]): Promise<void> {
		try {
			const records = await this.written(group);
			for (const [index, each] of group.entries()) settle(each, records[index]);
		} catch (error) {
			const isOnes = error instanceof ConnectorError && error.code === "refused" && group.length > 1;
			if (isOnes) for (const each of group) await this.together([each]);
			else for (const { reject } of group) reject(error);
		}
	}

	/** As they stand there afterwards, or why they do not. */
	private async written(group: readonly Asked[]): Promise<(TargetRecord | ConnectorError | undefined)[]> {
		const sent = group.map(({ write }) => this.sendable(write));
		const accounts = sent.filter((each): each is Json => !(each instanceof ConnectorError));
		const [first] = group;
		if (accounts.length === 0) return sent.map(each => (each instanceof ConnectorError ? each : undefined));
		reach("socket");
		const answer = await this.api.adopt({ ...this.origin, accounts }, first?.term);
		reach("answer");
		const refused = new Map(listIn(answer.results).map(tableIn).flatMap(refusalOf));
		const there = await this.find(accounts.map(({ id }) => String(id)).filter(id => !refused.has(id)));
		return group.map(({ write }, index) => {
			const given = sent[index];
			return given instanceof ConnectorError ? given : (refused.get(write.name) ?? there.get(write.name));
		});
	}

	async find(ids: readonly string[]): Promise<Map<string, TargetRecord>> {
		if (ids.length === 0) return new Map();
		const { migration, source } = this.origin;
		const found = accountsIn(await this.api.look({ migration, source, ids: [...ids] }));
		return new Map(found.map(each => [String(each.id), recordOf(each)]));
	}

	/** A hash that is not the one that was read is nobody's to send. */
	private sendable({ data, secrets }: Write): Json | ConnectorError {
		const hash = secrets?.password;
		const digest = hash === undefined ? null : createHmac("sha256", this.origin.digestKey).update(hash).digest("hex");
		const meant = data.password ?? null;
		return digest === meant ? foreignOf(data, hash) : CHANGED;
	}
}

const CHANGED = new ConnectorError(
	"refused",
	"Its hash is not at the source any more, or another one: compare again.",
	{
		untouched: true
	}
);

const GONE = new ConnectorError("unexpected-answer", "It was taken, and is not there when it is looked for.");

function settle({ resolve, reject }: Asked, record: TargetRecord | ConnectorError | undefined): void {
	if (record === undefined) reject(GONE);
	else if (record instanceof ConnectorError) reject(record);
	else resolve(record);
}

const REASONS: Readonly<Record<string, readonly [code: string, says: string]>> = {
	"email-invalid": ["refused", "Its address is none."],
	"email-taken": ["conflict", "Somebody else has its address there: ask who they are, and change one of the two."],
	"hash-unknown": [
		"refused",
		"The form of its hash is not known there: move it without, and its owner chooses a new one."
	],
	"hash-unsalted": ["refused", "Its hash has no salt, and PASSWORDS_UNSALTED is off there."],
	"hash-too-dear": ["refused", "Its hash would cost more to check than is spent there."]
};

function refusalOf({ id, outcome, reason }: Json): [string, ConnectorError][] {
	if (outcome !== "refused") return [];
	const [code, says] = REASONS[String(reason)] ?? ["refused", `It is refused there (${String(reason)}).`];
	return [[String(id), new ConnectorError(code, says, { untouched: true, foreign: code === "conflict" })]];
}
