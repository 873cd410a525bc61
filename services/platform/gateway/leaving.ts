/** Who has gone before their answer: what looks at panels for them ends. */

import type { Broker } from "../../../cluster";
import type { WebResponse } from "../../../mixins/web.mixin";

/** What goes through panels page by page while somebody waits. */
const WAITED: ReadonlySet<string> = new Set([
	"migration.plan",
	"migration.dryRun",
	"migration.inbounds",
	"migration.testSource",
	"migration.testTarget"
]);

export const waits = (action: string): boolean => WAITED.has(action);

/** @param call as the meta of the call names it */
export function tellLeaving(broker: Broker, res: WebResponse, call: string): void {
	res.once("close", () => {
		if (!res.writableFinished) void broker.broadcast("gateway.left", { call });
	});
}
