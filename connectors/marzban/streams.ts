/** What is done with the records of each stream. */

import type { Json } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import type { Cursor, Page, Term, Undo, Undone, Write } from "../connector";
import { Concurrency } from "../http/concurrency";
import type { Session } from "../http/session";
import type { Database } from "../sql";
import { AdminRows } from "./admin-rows";
import { Admins } from "./admins";
import { countUsers, listAdmins } from "./api";
import { BY_HAND, byHand } from "./by-hand";
import { hostFingerprint, refuseHost } from "./host-records";
import { Hosts } from "./hosts";
import { Lane, type Wellbeing } from "./lane";
import { pageOf } from "./lists";
import type { Naming } from "./naming";
import type { Owners } from "./owners";
import { adminFingerprint } from "./records";
import { refuseTemplate, Templates, templateFingerprint } from "./templates";
import { UserRows } from "./user-rows";
import { Users } from "./users";
import type { Writer } from "./writer";

/** What is done with each stream. */
export interface Stream {
	readonly count: () => Promise<number>;
	readonly read: (cursor: Cursor | null, limit: number) => Promise<Page<TargetRecord>>;
	readonly find: (names: readonly string[]) => Promise<readonly TargetRecord[]>;
	readonly write: (write: Write, term?: Term) => Promise<TargetRecord>;
	readonly undo: (undo: Undo, term?: Term) => Promise<Undone>;
	readonly fingerprint: (data: Json) => string;
	/** Throws for what is never sent. */
	readonly refuse?: (name: string, data: Json) => void;
	readonly lasting?: (name: string) => string | undefined;
	readonly lane: Lane;
}

interface Parts {
	readonly session: Session;
	readonly owners: Owners;
	readonly naming: Naming;
	readonly database: Database | undefined;
}

/** @param ceiling of writes at once */
export function streamsOf(
	parts: Parts,
	writer: Writer,
	{ wellbeing, ceiling }: { readonly wellbeing: Wellbeing; readonly ceiling: number }
): Readonly<Record<string, Stream>> {
	const lane = (most: number): Lane => new Lane(new Concurrency(most), wellbeing);
	return {
		...Object.fromEntries(BY_HAND.map(stream => [stream, { ...byHand, lane: lane(1) }])),
		admins: adminsIn(parts, writer, lane(ceiling)),
		// Each change of a list writes the whole list.
		services: servicesIn(parts, writer, lane(1)),
		hosts: hostsIn(parts, writer, lane(1)),
		users: usersIn(parts, writer, lane(ceiling))
	};
}

function usersIn({ session, owners, database }: Parts, writer: Writer, lane: Lane): Stream {
	const rows = database && new UserRows(database);
	const users = new Users(session, writer, lane, owners, rows);
	return {
		count: () => countUsers(session),
		read: users.read.bind(users),
		find: users.find.bind(users),
		write: users.write.bind(users),
		undo: users.undo.bind(users),
		fingerprint: users.fingerprint.bind(users),
		refuse: users.refuse.bind(users),
		lane
	};
}

function adminsIn({ session, owners, naming, database }: Parts, writer: Writer, lane: Lane): Stream {
	const rows = database && new AdminRows(database);
	const admins = new Admins(session, writer, lane, owners, naming, rows);
	return {
		count: async () => (await listAdmins(session)).length,
		read: async (cursor, limit) => pageOf(await listAdmins(session), cursor, limit),
		find: admins.find.bind(admins),
		write: admins.write.bind(admins),
		undo: admins.undo.bind(admins),
		fingerprint: adminFingerprint,
		lasting: admins.lasting.bind(admins),
		lane
	};
}

/** What a service becomes here: a template of users. */
function servicesIn({ session, naming }: Parts, writer: Writer, lane: Lane): Stream {
	const templates = new Templates(session, writer, lane, naming);
	return {
		count: async () => (await templates.all()).length,
		read: async (cursor, limit) => pageOf(await templates.all(), cursor, limit),
		find: templates.find.bind(templates),
		write: templates.write.bind(templates),
		undo: templates.undo.bind(templates),
		fingerprint: templateFingerprint,
		refuse: (_name, data) => refuseTemplate(data),
		lane
	};
}

function hostsIn({ session }: Parts, writer: Writer, lane: Lane): Stream {
	const hosts = new Hosts(session, writer, lane);
	return {
		count: async () => (await hosts.all()).length,
		read: async (cursor, limit) => pageOf(await hosts.all(), cursor, limit),
		find: hosts.find.bind(hosts),
		write: hosts.write.bind(hosts),
		undo: hosts.undo.bind(hosts),
		fingerprint: hostFingerprint,
		refuse: refuseHost,
		lane
	};
}
