/** Where a node's Redis is, read from the environment. */

import { readFileSync } from "node:fs";
import type { Middleware } from "moleculer";
import type { KeySource } from "../adapters/cluster-key";
import { REDIS_FORM, type RedisAddress, readRedis, redisFault } from "../adapters/redis/address";
import type { redis as middleware } from "../middlewares/redis.middleware";
import { type Environment, SettingError } from "./environment";
import { fileIn } from "./files";
import { TLS_NAMES, tlsFilesIn } from "./tls-settings";
import { read } from "./variables";

/** What reaches it; nothing where there is none, and its client is not loaded then. @throws SettingError */
export function redisIn(environment: Environment, key: KeySource): Middleware[] {
	const address = addressIn(environment);
	const [files, commandMs] = [tlsFilesIn(environment, TLS_NAMES.redis), read(environment, "REDIS_TIMEOUT")];
	if (!address) return [];
	const fault = redisFault(address);
	if (fault && read(environment, "REDIS_INSECURE") === "no") throw new SettingError(fault);
	const { redis }: { readonly redis: typeof middleware } = require("../middlewares/redis.middleware");
	return [redis({ address, files, commandMs, key })];
}

function addressIn(environment: Environment): RedisAddress | null {
	const [given, file] = [read(environment, "REDIS_URL"), fileIn(environment, "REDIS_URL_FILE")];
	if (given && file !== null)
		throw new SettingError("REDIS_URL and REDIS_URL_FILE are both set: take one of them away.");
	if (file === null) return given;
	const address = readRedis(readFileSync(file, "utf8").trim());
	if (address) return address;
	throw new SettingError(`REDIS_URL_FILE='${file}' holds no address of Redis: it must be ${REDIS_FORM}.`);
}
