/** Both ends of a definition as a check finds them now. */

import type { Broker } from "../../../cluster";
import { codeOf, failure } from "../../../cluster/errors";
import { settingsOf } from "../../../cluster/settings";
import type { CheckReport, Finding } from "../../../contracts/migration/connection";
import type { Definition } from "../../../contracts/migration/definition";
import type { Plan, Side } from "../../../contracts/migration/migration";
import { refused } from "../../../domain/migration/finding";
import { shownAddress } from "../../../domain/text/masking";
import { errorOf, messageOf } from "../../../domain/unknown";
import { addressOf } from "./addresses";

export interface Checked {
	readonly source: CheckReport;
	readonly target: CheckReport;
	readonly findings: readonly Finding[];
	readonly identities: Pick<Plan, "source" | "target">;
}

export async function checkedEnds(broker: Broker, definition: Definition): Promise<Checked> {
	const [source, target] = await both(
		checked("source", () => broker.call("extractor.check", { connection: definition.source })),
		checked("target", () => broker.call("importer.check", { connection: definition.target }))
	);
	const { environment } = settingsOf(broker);
	const findings = [...named("source", source), ...named("target", target)];
	const identities = {
		source: identity(source, addressOf(definition.source, environment)),
		target: identity(target, addressOf(definition.target, environment))
	};
	return { source, target, findings, identities };
}

/** What is wrong with the definition at both ends is told at once. */
async function both(...checks: [Promise<CheckReport>, Promise<CheckReport>]): Promise<[CheckReport, CheckReport]> {
	const ended = await Promise.allSettled(checks);
	const failed = ended.flatMap(end => (end.status === "rejected" ? [errorOf(end.reason)] : []));
	const [first, second] = failed;
	const type = codeOf(first);
	if (first && second && type !== undefined && type === codeOf(second))
		throw failure(type, `${first.message}\n${second.message}`);
	if (first) throw first;
	return await Promise.all(checks);
}

const identity = ({ system, version, account }: CheckReport, address: string | null): Side => ({
	system,
	version,
	account,
	address: address === null ? null : shownAddress(address)
});

/** A check that could not be made is a finding too. */
async function checked(side: string, check: () => Promise<CheckReport>): Promise<CheckReport> {
	try {
		return await check();
	} catch (error) {
		if (codeOf(error) !== "SYSTEM_FAILED") throw error;
		const findings = [refused(`${side}-failed`, messageOf(error))];
		return { ok: false, system: null, version: null, account: null, findings, facts: {}, counts: {} };
	}
}

const named = (side: string, { findings }: CheckReport): Finding[] =>
	findings.map(finding => ({ ...finding, message: `${side}: ${finding.message}` }));
