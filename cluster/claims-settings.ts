/** Where a node gives others what is too large for NATS, read from the environment. */

import type { Middleware } from "moleculer";
import type { Transporter } from "../adapters/transporter-address";
import type { claims as middleware } from "../middlewares/claims.middleware";
import type { Environment } from "./environment";
import { ownTlsIn } from "./tls-settings";
import { read } from "./variables";

/** Loaded with a transporter: what runs in one process keeps its bodies there. @throws SettingError */
export function claimsIn(environment: Environment, { servers }: Transporter): Middleware[] {
	const [host, port] = [read(environment, "NODE_HTTP_HOST"), read(environment, "NODE_HTTP_PORT")];
	const { claims }: { readonly claims: typeof middleware } = require("../middlewares/claims.middleware");
	return [claims({ host, port, nats: servers[0]?.hostname ?? "localhost" }, ownTlsIn(environment))];
}
