/** Where the collections and the old links of a cluster are kept, read from the environment. */

import { readFileSync } from "node:fs";
import { type MongoAddress, mongoFault, readMongo } from "../adapters/mongo/address";
import { type Environment, SettingError } from "./environment";
import { fileIn } from "./files";
import type { MongoServers } from "./settings";
import { hasFiles, TLS_NAMES, tlsFilesIn } from "./tls-settings";
import { read, VARIABLES } from "./variables";

/** Undefined where nothing is kept there. @throws SettingError where no server is named, or one that others could listen to */
export function mongoIn(environment: Environment): MongoServers | undefined {
	const address = addressIn(environment);
	const [tls, mayBeOpen] = [tlsFilesIn(environment, TLS_NAMES.mongo), read(environment, "MONGODB_INSECURE") === "yes"];
	if (read(environment, "STORE") === "embedded") return undefined;
	if (!address)
		throw new SettingError(
			"STORE=cluster keeps collections and old links in MongoDB, and MONGODB_URL names none: set it, or MONGODB_URL_FILE, to where a replica set runs, or take STORE away, for DATA_DIR."
		);
	if (hasFiles(tls) && !address.isTls)
		throw new SettingError(
			"MONGODB_CA_FILE and MONGODB_CERT_FILE are for TLS, and MONGODB_URL has none: give it tls=true."
		);
	const fault = mongoFault(address);
	if (fault && !mayBeOpen) throw new SettingError(fault);
	const database = address.database ?? read(environment, "NAMESPACE");
	return { ...address, tls, database, patienceMs: read(environment, "TRANSPORTER_TIMEOUT") };
}

function addressIn(environment: Environment): MongoAddress | null {
	const [given, file] = [read(environment, "MONGODB_URL"), fileIn(environment, "MONGODB_URL_FILE")];
	if (given && file !== null)
		throw new SettingError("MONGODB_URL and MONGODB_URL_FILE are both set: take one of them away.");
	if (file === null) return given;
	const address = readMongo(readFileSync(file, "utf8").trim());
	if (address) return address;
	throw new SettingError(
		`MONGODB_URL_FILE='${file}' holds no address of MongoDB: it must be ${VARIABLES.MONGODB_URL?.must}.`
	);
}
