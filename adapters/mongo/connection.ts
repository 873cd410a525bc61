/** One connection of a process to a database of MongoDB, which all that is kept in it shares: moleculer-db's own adapter. */

import { EventEmitter } from "node:events";
import MongoDbAdapter from "moleculer-db-adapter-mongo";
import type { Db, MongoClient } from "mongodb";
import { messageOf, propertyOf } from "../../domain/unknown";
import { StoreAway, StoreUnfit } from "../errors";
import { NO_TLS_FILES, type TlsFiles } from "../transporter-address";
import type { MongoAddress } from "./address";
import { codeOf, isPassing, told } from "./faults";
import { patience, patiently } from "./patience";
import { markOf } from "./restoring";

export interface MongoDatabase extends MongoAddress {
	readonly database: string;
	/** How long to wait for a server when it is opened, in ms. */
	readonly patienceMs: number;
	/** Whoever opens it restores a backup to it. */
	readonly restoring?: boolean;
	/** What it is shown, and whom it is believed by, where the address says TLS. */
	readonly tls?: TlsFiles;
}

/**
 * What is decided by what was read, and what was acknowledged, hangs on these: no address changes them. Primaries change
 * without an acknowledged write being lost where a majority has it on disk; reads see what a majority has.
 */
const SAFE = {
	writeConcern: { w: "majority", j: true, wtimeout: 10_000 },
	readConcern: { level: "majority" },
	readPreference: "primary",
	retryWrites: true,
	retryReads: true
};
/** A server that is frozen answers nothing, for ever: who waits for it is told. */
const WAITS = {
	serverSelectionTimeoutMS: 5_000,
	connectTimeoutMS: 5_000,
	socketTimeoutMS: 20_000,
	waitQueueTimeoutMS: 10_000,
	heartbeatFrequencyMS: 2_000
};
const OPTIONS = { useNewUrlParser: true, useUnifiedTopology: true, poolSize: 20, appname: "banyan", ...WAITS, ...SAFE };

/** Options of an address that would say otherwise: the driver lets them win. */
const UNSAFE =
	/^(w|j|journal|wtimeout|wtimeoutms|readpreference|readpreferencetags|maxstalenessseconds|readconcernlevel|retrywrites|retryreads)=/i;
const safe = (url: string): string => {
	const [servers = "", options = ""] = url.split("?");
	return `${servers}?${options
		.split("&")
		.filter(option => !UNSAFE.test(option))
		.join("&")}`;
};

const quiet = (): void => undefined;

class Connection extends MongoDbAdapter {
	readonly client!: MongoClient;
	private opened!: Db;

	/** It listens to the database, of which the driver warns on standard error; this one is an emitter as any other. */
	set db(db: Db) {
		db.on = EventEmitter.prototype.on as never;
		this.opened = db;
	}

	get db(): Db {
		return this.opened;
	}
}

/** The driver reads the files itself, and without being told so it believes any certificate. */
const secured = ({ isTls, tls = NO_TLS_FILES }: MongoDatabase): object =>
	isTls
		? {
				tls: true,
				sslValidate: true,
				checkServerIdentity: true,
				...(tls.caFile !== null && { sslCA: tls.caFile }),
				...(tls.certFile !== null && { sslCert: tls.certFile, sslKey: tls.keyFile })
			}
		: {};

async function connected(asked: MongoDatabase, more: object = {}): Promise<Connection> {
	const { url, database } = asked;
	const connection = new Connection(safe(url), { ...OPTIONS, ...secured(asked), ...more }, database);
	const logger = { info: quiet, warn: quiet, error: quiet };
	connection.init(undefined as never, { schema: { collection: "none" }, logger } as never);
	await connection.connect();
	return connection;
}

interface Hello {
	readonly setName?: string;
	readonly msg?: string;
	readonly maxWireVersion?: number;
}
/** MongoDB 4.2: transactions, on several shards, too. */
const TRANSACTIONS = 8;

/** @throws StoreUnfit where it has no transactions · StoreDenied */
async function open(database: MongoDatabase): Promise<Connection> {
	const first = await connected(database);
	try {
		// It reads as everything else does: whoever may not is told so at once.
		await first.db.collection("outbox.positions").findOne({ _id: "" as never });
		if (!database.restoring && (await markOf(first.db)) !== undefined) throw refused(database, HALF);
		const { setName, msg, maxWireVersion = 0 }: Hello = await first.db.admin().command({ isMaster: 1 });
		if (setName === undefined && msg !== "isdbgrid") throw refused(database, NO_SET);
		if (maxWireVersion < TRANSACTIONS) throw refused(database, "it is older than 4.2. Use a current one.");
		if (database.isWhole || setName === undefined) return first;
		await first.client.close();
		// By the name of the set the others are found, of which one may take over.
		return await connected(database, { replicaSet: setName });
	} catch (error) {
		await first.client.close();
		throw error;
	}
}

const HALF =
	"a restore into its database is under way, or was cut off; give `banyan restore` again with the same file, which ends it.";
const NO_SET =
	"it is no replica set, so that it has no transactions. Start mongod with --replSet and call rs.initiate() once; one server may be a set of its own.";
const refused = ({ database, hosts }: MongoDatabase, why: string): StoreUnfit =>
	new StoreUnfit(database, `of MongoDB at ${hosts.join()} it is true that ${why}`);

/** @throws StoreAway · StoreDenied · StoreUnfit, each with what to do */
async function opening(database: MongoDatabase): Promise<Connection> {
	const { hosts, patienceMs } = database;
	try {
		return await patiently(() => open(database), patience(patienceMs));
	} catch (error) {
		if (!isPassing(error)) throw told(database.database, error);
		const why = `MongoDB at ${hosts.join()} says: ${whyOf(error)}. Check the address in MONGODB_URL, and that a primary is there; TRANSPORTER_TIMEOUT sets how long to wait.`;
		throw new StoreAway(database.database, patienceMs, why);
	}
}

/** Without the address, in which a password may stand. */
const whyOf = (error: unknown): string =>
	String(propertyOf(error, "codeName") ?? codeOf(error) ?? messageOf(error)).replace(/mongodb\S+/g, "…");

interface Shared {
	readonly opening: Promise<Connection>;
	opened?: Connection;
	holders: number;
}
const SHARED = new Map<string, Shared>();
const nameOf = ({ url, database, restoring = false }: MongoDatabase): string =>
	JSON.stringify([url, database, restoring]);

/** Does this process reach a server of it, as far as the driver knows? Undefined where it was not opened. */
export const isMongoUp = (database: MongoDatabase): boolean | undefined => {
	const { opened } = SHARED.get(nameOf(database)) ?? {};
	return opened?.client.isConnected();
};

/** What is opened of a database, until it is let go of; closed with the last one. */
export interface Held {
	readonly db: Db;
	readonly client: MongoClient;
	release(): Promise<void>;
}

/** @throws StoreAway · StoreDenied · StoreUnfit, each with what to do */
export async function hold(database: MongoDatabase): Promise<Held> {
	const name = nameOf(database);
	const shared: Shared = SHARED.get(name) ?? { opening: opening(database), holders: 0 };
	SHARED.set(name, shared);
	shared.holders++;
	const release = async (): Promise<void> => {
		if (--shared.holders > 0) return;
		if (SHARED.get(name) === shared) SHARED.delete(name);
		await shared.opening.then(({ client }) => client.close()).catch(quiet);
	};
	try {
		shared.opened = await shared.opening;
		const { db, client } = shared.opened;
		return { db, client, release };
	} catch (error) {
		await release();
		throw error;
	}
}
