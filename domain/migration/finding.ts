/** What a look at a connection or a definition found, by how much it matters. */

import type { Finding, FindingSeverity } from "../../contracts/migration/connection";

const finding =
	(severity: FindingSeverity) =>
	(code: string, message: string): Finding => ({ severity, ok: severity !== "refused", code, message });

/** It keeps a run from beginning. */
export const refused = finding("refused");
/** Something to do by hand, before the run or after it. */
export const toDo = finding("act");
/** Something will not go as one might think. */
export const warning = finding("warn");
/** Good to know. */
export const fact = finding("fact");

/** Of findings made before there were severities, `ok` is all that is known. */
const severityOf = ({ severity, ok }: Pick<Finding, "ok"> & Partial<Finding>): FindingSeverity =>
	severity ?? (ok ? "fact" : "refused");

const ORDER: Readonly<Record<FindingSeverity, number>> = { refused: 0, warn: 1, act: 2, fact: 3 };

/** What keeps a run from beginning comes first, what is only good to know last; the rest in the order found. */
export const bySeverity = (findings: readonly Finding[]): Finding[] =>
	findings.map(each => ({ ...each, severity: severityOf(each) })).sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
