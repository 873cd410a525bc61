/** Until when the certificates of this node are good: measured, and said before they end. */

import { readFileSync } from "node:fs";
import type { Middleware, ServiceBroker } from "moleculer";
import { certificatesIn } from "../adapters/certificate-files";
import { registerMetrics } from "../cluster/measuring";
import { middleware } from "../cluster/middleware";
import { NODE_METRICS } from "../contracts/node-metrics";
import { messageOf } from "../domain/unknown";

/** A file, and the setting that names it. */
export interface NamedFile {
	readonly setting: string;
	readonly file: string;
	/** Of authorities: it is good as long as the last of them. */
	readonly isTrust: boolean;
}

const gauge = NODE_METRICS.certificate;
const DAY_MS = 86_400_000;
/** So long before its end it is said, once a day. */
const WARNED_MS = 21 * DAY_MS;
const LOOK_MS = 60_000;

export function certificates(files: readonly NamedFile[]): Middleware {
	let timer: NodeJS.Timeout | undefined;
	return middleware({
		name: "certificates",
		async started(broker: ServiceBroker) {
			registerMetrics(broker, { gauge });
			const told = new Map<string, number>();
			const look = (): void => {
				for (const each of files) lookAt(broker, each, told);
			};
			look();
			timer = setInterval(look, LOOK_MS).unref();
		},
		async stopped() {
			clearInterval(timer);
		}
	});
}

function lookAt(broker: ServiceBroker, named: NamedFile, told: Map<string, number>): void {
	const { setting, file } = named;
	const end = endOf(named);
	if (typeof end === "number") broker.metrics.set(gauge.name, end / 1000, { setting });
	const said =
		typeof end === "number" ? soonWords(named, end, Date.now()) : `${setting}='${file}' cannot be read: ${end}.`;
	if (said === undefined || Date.now() - (told.get(setting) ?? 0) < DAY_MS) return;
	told.set(setting, Date.now());
	broker.logger.warn(said);
}

/** In ms since 1970, or why it is not known. */
function endOf({ file, isTrust }: NamedFile): number | string {
	try {
		const ends = certificatesIn(readFileSync(file)).map(({ validToDate }) => validToDate.getTime());
		return (isTrust ? Math.max(...ends) : ends[0]) ?? "it holds no certificate";
	} catch (error) {
		return messageOf(error);
	}
}

export function soonWords({ setting, file }: NamedFile, end: number, now: number): string | undefined {
	if (end - now > WARNED_MS) return undefined;
	const when = new Date(end).toISOString();
	const day = Math.max(0, Math.floor((end - now) / DAY_MS));
	return end < now
		? `The certificate of ${setting}='${file}' ended on ${when}: nobody believes it any more. Renew it (docs/runbooks/certificates.md).`
		: `The certificate of ${setting}='${file}' ends on ${when}, in ${day} days: renew it before (docs/runbooks/certificates.md).`;
}
