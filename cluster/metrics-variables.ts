/** Variables that say where a node's metrics are read, and by whom. */

import { address, number, oneOf, path, text } from "./forms";

export const TOKEN_FORM = "one line of at least 16 characters, without spaces";
const TOKEN = /^[\x21-\x7e]{16,}$/;

export const METRICS_VARIABLES = {
	METRICS_ACCESS: {
		says: "who sees metrics and /health/detailed; key: callers with an API key, or with METRICS_TOKEN",
		fallback: "open",
		...oneOf("open", "key")
	},
	METRICS_HOST: { says: "the address of METRICS_PORT", fallback: "127.0.0.1", ...address },
	METRICS_PORT: {
		says: "the port of this node's own /metrics; 0 chooses a free one, as each node with a transporter does; where it is set, the gateway's /metrics (of all nodes, there /metrics/cluster) and /health/detailed are there alone",
		fallback: null,
		...number(0, 65_535)
	},
	METRICS_TOKEN: {
		says: "the bearer token without which nobody sees metrics, as METRICS_ACCESS=key",
		fallback: null,
		...text(TOKEN, TOKEN_FORM),
		secret: true
	},
	METRICS_TOKEN_FILE: {
		says: "a file with that token, which may be replaced while the node runs",
		fallback: null,
		...path
	},
	METRICS_TARGETS_FILE: {
		says: "a file that this node keeps up to date with where each node's metrics are, for Prometheus' file_sd_configs",
		fallback: null,
		...path
	}
} as const;
