/** Which panel answers at an address, told without sending it a password. */

import type { Finding } from "../../contracts/migration/connection";
import { entriesOf } from "../../contracts/table";
import { fact, refused, warning } from "../../domain/migration/finding";
import type { Check } from "../connector";
import { ConnectorError } from "../connector";
import { whereTo } from "./errors";
import type { Answer } from "./message";
import type { Session } from "./session";

export type Panel = "marzneshin" | "marzban";

/** A path that one panel alone knows, and answers 401 without a token. */
const OWN_PATHS: Readonly<Record<Panel, string>> = { marzneshin: "/api/admins/current", marzban: "/api/admin" };
const TITLES: Readonly<Record<Panel, string>> = { marzneshin: "Marzneshin", marzban: "Marzban" };

async function identify(session: Session): Promise<{ panel: Panel | null; answer: string }> {
	const asked = await Promise.all(
		entriesOf(OWN_PATHS).map(async ([panel, path]) => ({
			panel,
			answer: await session.probe(path)
		}))
	);
	const known = asked.filter(({ answer }) => answer.status === 401 && /"Not authenticated"/.test(answer.text));
	return { panel: known.length === 1 ? (known[0]?.panel ?? null) : null, answer: told(asked.map(one => one.answer)) };
}

/** What answered instead of a panel, with what to do where it shows. */
function told(answers: readonly Answer[]): string {
	const moved = answers.find(({ status }) => status >= 300 && status < 400);
	const gate = answers.some(
		({ status, headers }) => [401, 403].includes(status) && !/json/.test(headers["content-type"] ?? "")
	);
	const answer = moved
		? `it redirects to ${whereTo(moved.headers.location)}`
		: `it answers ${[...new Set(answers.map(({ status }) => status))].join(" and ")}`;
	if (answers.some(({ status, text }) => status === 400 && /SSL certificate/i.test(text)))
		return `${answer}: something before the panel wants a client certificate, by certFile and keyFile`;
	if (moved) return `${answer}: that is the address to give, or an access proxy that wants what 'headers' can send`;
	if (gate) return `${answer}: an access proxy before the panel may want what 'headers' or certFile can give it`;
	return answer;
}

/** The findings of a check, in the order in which they were looked at. */
export class Findings {
	readonly list: Finding[] = [];

	good(code: string, message: string): void {
		this.list.push(fact(code, message));
	}

	/** Something will not go as one might think. */
	warn(code: string, message: string): void {
		this.list.push(warning(code, message));
	}

	bad(code: string, message: string): void {
		this.list.push(refused(code, message));
	}

	/** What a call threw; anything but a ConnectorError is ours to fix and goes on. */
	failed(error: unknown): void {
		if (!(error instanceof ConnectorError)) throw error;
		this.bad(error.code, error.message);
	}
}

export interface Identity {
	readonly system: string | null;
	readonly version: string | null;
	readonly account: string | null;
	readonly facts: Check["facts"];
}
const UNKNOWN: Identity = { system: null, version: null, account: null, facts: {} };

export function verdict(findings: Findings, identity: Identity): Check {
	return { ok: findings.list.every(({ ok }) => ok), ...identity, findings: findings.list };
}

/** Is the panel expected there, and does it let us in? Null says that both are so. */
export async function enter(session: Session, expected: Panel, findings: Findings): Promise<Identity | null> {
	for (const { code, message } of session.cautions()) findings.warn(code, message);
	let reached = false;
	try {
		const { panel, answer } = await identify(session);
		reached = true;
		if (panel !== expected) {
			findings.bad("wrong-system", stranger(expected, panel, answer));
			return { ...UNKNOWN, system: panel };
		}
		findings.good("system", `${TITLES[expected]} answers at this address.`);
		await session.login();
		findings.good("login", "The account logs in.");
		return null;
	} catch (error) {
		findings.failed(error);
		return reached ? { ...UNKNOWN, system: expected } : UNKNOWN;
	}
}

function stranger(expected: Panel, found: Panel | null, answer: string): string {
	const wanted = TITLES[expected];
	return found === null
		? `No ${wanted} was recognised at this address (${answer}): give the address of ${wanted}, with its path prefix if it has one.`
		: `This is a ${TITLES[found]}, but ${wanted} was expected: give the address of ${wanted}, or use the connector ${found}.`;
}
