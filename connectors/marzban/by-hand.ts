/**
 * Streams of which a migration only tells: what each record asks to be done by hand stands in the report. Nothing of
 * them is read or written here.
 */

import type { Json } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { ConnectorError, type Page } from "../connector";
import { digest } from "../fingerprint";

export const BY_HAND = ["nodes", "settings"];

const nothing: Page<TargetRecord> = { records: [], next: null, total: 0 };
const refused = async (): Promise<never> => {
	throw new ConnectorError("refused", "Nodes and settings of Marzban are set by hand.", { untouched: true });
};

export const byHand = {
	count: async () => 0,
	read: async () => nothing,
	find: async () => [],
	write: refused,
	undo: refused,
	fingerprint: (data: Json) => digest(data)
};
