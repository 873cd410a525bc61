/** Each node's metrics at a port of its own, and a file that says where those of all nodes are. */

import type { IncomingMessage } from "node:http";
import type { Middleware, ServiceBroker } from "moleculer";
import { RotatingFiles } from "../adapters/certificate-files";
import { placeOf } from "../adapters/claims/place";
import { openMetricsPort, type Page, type Pages } from "../adapters/metrics/port";
import { showsToken } from "../adapters/metrics/token";
import { type OwnPort, schemeOf } from "../adapters/own-port";
import type { Broker } from "../cluster";
import { watchDisk } from "../cluster/disk";
import { middleware } from "../cluster/middleware";
import { ownMetrics } from "../cluster/own-metrics";
import { followLost, targets, tellMetrics, tellVersion } from "../cluster/scraped";
import { type MetricsPlace, settingsOf } from "../cluster/settings";
import { cutOff } from "../cluster/transport";
import { lacksIn } from "../domain/platform/needs";
import { OwnNames, readHost, readOwnName } from "../domain/platform/own-names";
import { messageOf } from "../domain/unknown";
import { TargetsFile } from "./targets-file";

export const scraped = (): Middleware => {
	let open: OwnPort | undefined;
	let file: TargetsFile | undefined;
	let certificate: RotatingFiles | undefined;
	let endDisk: (() => void) | undefined;
	return middleware({
		name: "scraped",
		/** Before others are told of this node. */
		async starting(broker: ServiceBroker) {
			tellVersion(broker);
			followLost(broker);
			endDisk = watchDisk(broker);
			const { metrics: place, targetsFile } = settingsOf(broker);
			if (targetsFile != null) file = TargetsFile.keep(broker, targetsFile);
			if (!place || isGateways(broker, place)) return;
			if (place.tls.certFile !== null)
				certificate = new RotatingFiles(place.tls, sentence => broker.logger.warn(sentence));
			open = await opened(broker, place, certificate);
		},
		async started() {
			file?.changed();
		},
		async stopping() {
			file?.end();
			endDisk?.();
		},
		async stopped() {
			await open?.close(GRACE_MS);
			certificate?.close();
		}
	});
};

/** Whoever reads them comes again. */
const GRACE_MS = 1_000;

/** Where the operator named a port, and the gateway is here, it answers there for both. */
const isGateways = (broker: ServiceBroker, { isNamed }: MetricsPlace): boolean =>
	isNamed && broker.getLocalService("gateway") !== undefined;

async function opened(
	broker: ServiceBroker,
	place: MetricsPlace,
	certificate: RotatingFiles | undefined
): Promise<OwnPort> {
	const { host, port, nats, isKeyed } = place;
	if (isKeyed && settingsOf(broker).metricsToken == null) broker.logger.warn(FOR_NOBODY);
	const at = await placeOf({ host, port, nats: nats ?? "localhost" });
	const open = await openMetricsPort(at, pagesOf(broker, place), certificate);
	const url = tellMetrics(broker, { scheme: certificate ? "https" : "http", host: open.host, port: open.port });
	broker.logger.info(`This node's metrics are at ${url}.`);
	return open;
}

const FOR_NOBODY =
	"METRICS_ACCESS=key lets nobody see this node's metrics: API keys are known at the gateway alone. Set METRICS_TOKEN_FILE to a file with a token.";

function pagesOf(broker: ServiceBroker, { names, host, isKeyed }: MetricsPlace): Pages {
	const own = new OwnNames([...names, host].flatMap(name => readOwnName(name) ?? []));
	const { metricsToken } = settingsOf(broker);
	return {
		at: {
			"/metrics": ownMetrics(broker),
			"/metrics/targets": async () => json(targets(broker)),
			"/live": async () => json({ status: "up" }),
			"/ready": async () => readyPage(broker)
		},
		isOurs: req => isOwn(own, req),
		admits: ({ headers }, path) =>
			FOR_ALL.has(path) || (metricsToken == null ? !isKeyed : showsToken(metricsToken, headers.authorization)),
		failed: (path, error) => broker.logger.error(`${path} could not be told: ${messageOf(error)}`)
	};
}

/** What whoever starts and stops nodes asks them. */
const FOR_ALL: ReadonlySet<string> = new Set(["/live", "/ready"]);

/** Until it begins to stop, while it meets others, and reaches what its services need. */
function readyPage(broker: ServiceBroker): Page {
	const lacks = new Set(lacksIn(broker.metadata).map(({ need }) => need));
	const why = cutOff(broker) ?? (lacks.size > 0 ? `Out of its reach: ${[...lacks].join(", ")}.` : undefined);
	const ready = why === undefined && (broker as unknown as Broker).started;
	return { ...json({ ready, ...(why !== undefined && { why }) }), status: ready ? 200 : 503 };
}

const json = (value: unknown): Page => ({
	type: "application/json; charset=utf-8",
	body: Buffer.from(JSON.stringify(value))
});

/** HTTP/1.0 has no name: no browser speaks it. */
function isOwn(own: OwnNames, req: IncomingMessage): boolean {
	const { headers, socket } = req;
	if (headers.host === undefined) return true;
	const host = readHost(headers.host);
	return host !== undefined && own.has(host, socket.localAddress ?? "", schemeOf(req));
}
