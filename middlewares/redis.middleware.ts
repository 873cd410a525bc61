/** A node's Redis: reached while the node starts, which it does without it too; whether it is there is logged and measured. */

import { hkdfSync } from "node:crypto";
import type { Middleware, ServiceBroker } from "moleculer";
import { RotatingFiles } from "../adapters/certificate-files";
import { clusterKeys, KEY_BYTES, type KeySource } from "../adapters/cluster-key";
import { holdsDataDir } from "../adapters/datadir";
import type { RedisAddress } from "../adapters/redis/address";
import { RedisAnswers } from "../adapters/redis/answers";
import { RedisConnection, type RedisState } from "../adapters/redis/connection";
import { RedisCount } from "../adapters/redis/shared-count";
import { RedisWindows } from "../adapters/redis/shared-windows";
import type { TlsFiles } from "../adapters/transporter-address";
import { registerMetrics } from "../cluster/measuring";
import { middleware } from "../cluster/middleware";
import { awayWords, type SharedRedis, setRedis } from "../cluster/redis";
import { NODE_METRICS } from "../contracts/node-metrics";
import { tracedRedis } from "../mixins/traced";

interface RedisSettings {
	readonly address: RedisAddress;
	readonly files: TlsFiles;
	readonly commandMs: number;
	readonly key: KeySource;
}

const gauge = NODE_METRICS.redis;

export function redis({ key, files, ...place }: RedisSettings): Middleware {
	let connection: RedisConnection | undefined;
	let rotating: RotatingFiles | undefined;
	return middleware({
		name: "redis",
		created(broker: ServiceBroker) {
			registerMetrics(broker, { gauge });
		},
		/** The services hold the data folder by now, if any of them keeps something. */
		async starting(broker: ServiceBroker) {
			const { keys } = clusterKeys(key, holdsDataDir(key.dataDir));
			const { namespace } = broker;
			const held = new RotatingFiles(files, sentence => broker.logger.warn(sentence));
			rotating = held;
			const source = { ...place, namespace, secret: secretOf(keys), tls: () => held.now };
			const opened = new RedisConnection(source, teller(broker));
			connection = opened;
			const shared: SharedRedis = {
				get state() {
					return opened.state;
				},
				count: rules => new RedisCount(opened, rules),
				windows: new RedisWindows(opened),
				answers: new RedisAnswers(opened)
			};
			setRedis(broker, tracedRedis(broker, shared));
			await opened.open();
		},
		async stopped() {
			connection?.close();
			rotating?.close();
		}
	});
}

const secretOf = ([newest]: readonly Buffer[]): Buffer => {
	if (!newest) throw new Error("The cluster has no key.");
	return Buffer.from(hkdfSync("sha256", newest, "", "banyan redis", KEY_BYTES));
};

function teller({ logger, metrics }: ServiceBroker): (state: RedisState) => void {
	return state => {
		metrics.set(gauge.name, state.up ? 1 : 0);
		if (state.up) logger.info("Redis answers: what is counted is counted for all nodes.");
		else logger.warn(`${awayWords(state)} Nothing fails for it.`);
	};
}
