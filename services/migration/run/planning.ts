/** Looks at both ends of a definition for whoever sent it, as far as they may reach. */

import { setImmediate as othersFirst } from "node:timers/promises";
import type { Broker, Meta } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { settingsOf } from "../../../cluster/settings";
import type { Definition } from "../../../contracts/migration/definition";
import type { FoundArtefacts } from "../../../contracts/migration/extractor";
import type { Plan } from "../../../contracts/migration/migration";
import { InTurn } from "../../../domain/in-turn";
import { type Caller, mayRun } from "../../../domain/migration/callers";
import type { KnownSystems } from "../../../domain/migration/definition";
import { filled } from "../../../domain/migration/filled";
import type { Run } from "../../../domain/migration/run";
import type { MappingsOwner } from "../../../mixins/mappings.mixin";
import type { Controllers } from "./controllers";
import { readOrRefuse, redefinedBy } from "./definitions";
import { lookAgain } from "./look-again";
import type { Looks } from "./looks";
import type { Derive } from "./new-secrets";
import type { Planned } from "./planned";
import { ordered, preflight } from "./planner";
import { restricted } from "./restricted";
import type { Runs } from "./runs";

type Read = ReturnType<typeof readOrRefuse>;
interface Parts {
	readonly broker: Broker;
	readonly runs: Runs;
	readonly controllers: Controllers;
	readonly looks: Looks;
	readonly known: KnownSystems;
	readonly mappings: Pick<MappingsOwner, "mappingNamed" | "mappingBetween">;
	readonly secrets: Derive;
}

export class Planning {
	private readonly reading = new InTurn();

	constructor(private readonly parts: Parts) {}

	/** One after the other, and others' requests between them: the longest takes a tenth of a second. @throws DEFINITION_INVALID */
	read(document: string): Promise<Read> {
		return this.reading.next(async () => {
			await othersFirst();
			const { known, broker, secrets } = this.parts;
			const { definition, hash } = readOrRefuse(document, known, settingsOf(broker).environment);
			const { name } = definition;
			return { definition: filled(definition, known, { name, key: secrets.derive(`digests of ${name}`) }), hash };
		});
	}

	/** @param look false: of one that was begun, both ends are left alone @throws DEFINITION_TAKEN · DEFINITION_CHANGED */
	plan(document: string, look: boolean, meta: Meta): Promise<Plan> {
		return this.parts.looks.for(meta.caller, async () => this.planned(await this.read(document), look, meta));
	}

	private async planned(read: Read, look: boolean, meta: Meta): Promise<Plan> {
		const { runs, controllers, broker } = this.parts;
		const { name } = read.definition;
		const { caller } = meta;
		const begun = await runs.begun(name);
		if (read.hash !== begun?.hash) await runs.refuseTaken(name, read.hash, caller);
		const reach = await this.brokerFor(meta, name, read.hash);
		if (begun) return this.again(reach, begun, read, look, caller);
		const planned = await this.preflight(reach, read);
		await controllers.inTurn(name, () => runs.keep(planned, caller));
		// From now on gateways ask this source for old links.
		if (mayRun(caller)) void broker.broadcast("migration.progressed", { name });
		return planned.plan;
	}

	/**
	 * What a dry run begins with, and the broker that it may use.
	 * @param refuseTaken throws where its name is another's @throws DEFINITION_INVALID · PREFLIGHT_REFUSED
	 */
	toRehearse(
		document: string,
		meta: Meta,
		refuseTaken: (name: string) => void
	): Promise<{ readonly planned: Planned; readonly broker: Broker }> {
		return this.parts.looks.for(meta.caller, async () => {
			const read = await this.read(document);
			refuseTaken(read.definition.name);
			return this.rehearsable(read, meta);
		});
	}

	private async rehearsable(read: Read, meta: Meta): ReturnType<Planning["toRehearse"]> {
		const broker = await this.brokerFor(meta, read.definition.name, read.hash);
		const planned = await this.preflight(broker, read);
		if (planned.plan.ok) return { planned, broker };
		const refused = planned.plan.findings.filter(({ ok }) => !ok);
		throw failure("PREFLIGHT_REFUSED", refused.map(({ message }) => message).join("\n"));
	}

	/** What an operator takes across by hand, as the source has it. @throws DEFINITION_INVALID */
	artefacts(document: string, kind: string, keys: string[], { caller }: Meta): Promise<FoundArtefacts> {
		const { looks, broker } = this.parts;
		return looks.for(caller, async () => {
			const { source: connection } = (await this.read(document)).definition;
			return broker.call("extractor.artefacts", { connection, kind, keys }, { timeout: 0 });
		});
	}

	/** A look with the definition of a name. @throws FORBIDDEN unless the caller planned it, or may run it */
	async lookBy<T>(name: string, meta: Meta, look: (broker: Broker, definition: Definition) => Promise<T>): Promise<T> {
		const { runs, looks } = this.parts;
		await runs.refuseOthers(name, meta.caller);
		const { definition, hash } = await runs.definition(name);
		const broker = await this.brokerFor(meta, name, hash);
		return looks.for(meta.caller, () => look(broker, definition));
	}

	/** Whoever may only plan reaches less, unless they name what was approved. */
	private async brokerFor({ caller }: Meta, name: string, hash: string): Promise<Broker> {
		const { broker, runs } = this.parts;
		const isApproved = mayRun(caller) || hash === (await runs.approvedHash(name));
		return isApproved ? broker : restricted(broker);
	}

	private async preflight(broker: Broker, { definition, hash }: Read): Promise<Planned> {
		const { source, target } = definition;
		const mapping = this.parts.mappings.mappingBetween(String(source.connector), String(target.connector));
		if (!mapping) throw failure("DEFINITION_INVALID", "There is no mapping between these two systems.");
		return { hash, ...(await preflight(broker, definition, hash, mapping)) };
	}

	/** Looks at both ends of one that was begun. What may change in its definition waits for the next command that writes. */
	private async again(
		broker: Broker,
		run: Run,
		{ definition: given, hash }: Read,
		look: boolean,
		caller: Caller | undefined
	): Promise<Plan> {
		const { mappings, controllers, runs, known } = this.parts;
		const definition = ordered(given, mappings.mappingNamed(run.mapping));
		const { taken, refused } = redefinedBy(run, definition, known);
		if (refused.length > 0) throw changed(run.name, refused);
		const { mapping, context, plan } = run;
		// As it runs: what its owner planned since is not taken back by others.
		if (hash !== run.hash || mayRun(caller))
			await controllers.inTurn(run.name, () => runs.keep({ definition, hash, mapping, context, plan }, caller));
		return look ? lookAgain(broker, { ...run, definition }, hash, taken) : { ...plan, hash };
	}
}

const changed = (name: string, paths: readonly string[]) =>
	failure(
		"DEFINITION_CHANGED",
		`The definition of '${name}' is not the one it was begun with, in ${paths.join(", ")}: restore it, or give the changed one another name.`
	);
