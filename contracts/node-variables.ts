/** Variables of the environment that no contract may claim. */

/** A node's own: cluster/variables.ts says what each is. */
export const NODE_VARIABLES = [
	"NAMESPACE",
	"NODE_ID",
	"TRANSPORTER",
	"TRANSPORTER_TOKEN",
	"TRANSPORTER_TOKEN_FILE",
	"TRANSPORTER_NKEY_FILE",
	"TRANSPORTER_CREDS_FILE",
	"TRANSPORTER_CA_FILE",
	"TRANSPORTER_CERT_FILE",
	"TRANSPORTER_KEY_FILE",
	"TRANSPORTER_INSECURE",
	"CLUSTER_KEY",
	"CLUSTER_KEY_FILE",
	"REDIS_URL",
	"REDIS_URL_FILE",
	"REDIS_CA_FILE",
	"REDIS_INSECURE",
	"REDIS_TIMEOUT",
	"TRANSPORTER_TIMEOUT",
	"BALANCER",
	"BALANCER_STRATEGY",
	"PREFER_LOCAL",
	"STORE",
	"EVENTS_REPLICAS",
	"MONGODB_URL",
	"MONGODB_URL_FILE",
	"MONGODB_INSECURE",
	"NODE_HTTP_HOST",
	"NODE_HTTP_PORT",
	"SERVICES",
	"DATA_DIR",
	"LOG_LEVEL",
	"REQUEST_TIMEOUT",
	"HEARTBEAT_INTERVAL",
	"HEARTBEAT_TIMEOUT",
	"LEASE_MS",
	"LEASE_BOUND_MS",
	"PATIENCE_MS",
	"GATEWAY_HOST",
	"GATEWAY_PORT",
	"GATEWAY_TRUSTED_PROXIES",
	"GATEWAY_CORS_ORIGINS",
	"CONNECT_ALLOW",
	"SECRET_NAMES",
	"FILES_DIR",
	"GATEWAY_NAMES",
	"LINKS_NAMES",
	"LINKS_HOST",
	"LINKS_PORT",
	"METRICS_ACCESS",
	"METRICS_HOST",
	"METRICS_PORT",
	"METRICS_TOKEN",
	"METRICS_TOKEN_FILE",
	"METRICS_TARGETS_FILE",
	"RESULT_CHECKS",
	"FAILPOINT"
] as const;
export type NodeVariable = (typeof NODE_VARIABLES)[number];

/** Whose a variable is: the form of its name, and what it belongs to. */
const OTHERS: readonly (readonly [form: RegExp, owner: string])[] = [
	[/^BANYAN_/, "the command's and of the secrets that definitions name"],
	[/^(NODE|NPM|JEST|MOL|UV|SSL|OPENSSL)_/, "Node.js's, or of what runs on it"],
	[/^(LD|LC|XDG|DYLD|SSH|SUDO|SYSTEMD|DOCKER|KUBERNETES)_/, "the system's"],
	[
		/^(PATH|HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|SHLVL|LANG|LANGUAGE|TERM|COLORTERM|COLUMNS|LINES|EDITOR|VISUAL|PAGER|DISPLAY|HOST|HOSTNAME|TMPDIR|TMP|TEMP|TZ|IFS|ENV|UID|EUID|PPID|MAIL|CI|DEBUG|PORT|NO_COLOR|FORCE_COLOR|CLICOLOR|HTTP_PROXY|HTTPS_PROXY|NO_PROXY|ALL_PROXY|INVOCATION_ID|NOTIFY_SOCKET)$/,
		"the system's"
	]
];

/** Whose it is, where it is no contract's to take. */
export const ownerOf = (variable: string): string | undefined => OTHERS.find(([form]) => form.test(variable))?.[1];
