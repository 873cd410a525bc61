/** Variables of a node that say which servers it reaches, and how other nodes reach it. */

import { readSmtp, SMTP_FORM } from "../adapters/mail/address";
import { readMongo } from "../adapters/mongo/address";
import { REDIS_FORM, readRedis } from "../adapters/redis/address";
import { address, number, oneOf, path } from "./forms";

export const SERVER_VARIABLES = {
	REDIS_URL: {
		says: "where nodes keep what they count together; without it and REDIS_URL_FILE each counts for itself",
		must: REDIS_FORM,
		fallback: null,
		read: readRedis,
		secret: true
	},
	REDIS_URL_FILE: {
		says: "a file with that address",
		fallback: null,
		...path
	},
	REDIS_CA_FILE: {
		says: "with rediss://, a PEM file of the authorities to trust in place of the usual ones",
		fallback: null,
		...path
	},
	REDIS_CERT_FILE: {
		says: "with rediss://, a PEM file of the certificate that this node shows to Redis",
		fallback: null,
		...path
	},
	REDIS_KEY_FILE: { says: "a PEM file of that certificate's key", fallback: null, ...path },
	REDIS_INSECURE: {
		says: "yes: Redis may be met over a network without TLS or without a password",
		fallback: "no",
		...oneOf("yes", "no")
	},
	REDIS_TIMEOUT: {
		says: "how long an answer of Redis is waited for before it counts as away",
		fallback: "250",
		...number(10, 10_000, "ms")
	},
	MONGODB_URL: {
		says: "with STORE=cluster, the replica set of MongoDB that keeps collections and old links; without a database in it that is named as NAMESPACE",
		must: "mongodb://[user:password@]host[:port][,host[:port]][/database][?options], or mongodb+srv:// for the same, with what is special in the password as %40 and the like",
		fallback: null,
		read: readMongo,
		secret: true
	},
	MONGODB_CA_FILE: {
		says: "with TLS, a PEM file of the authorities to trust for MongoDB in place of the usual ones",
		fallback: null,
		...path
	},
	MONGODB_CERT_FILE: {
		says: "with TLS, a PEM file of the certificate that this node shows to MongoDB",
		fallback: null,
		...path
	},
	MONGODB_KEY_FILE: { says: "a PEM file of that certificate's key", fallback: null, ...path },
	MONGODB_INSECURE: {
		says: "yes: MongoDB may be reached over a network without TLS or without a login",
		fallback: "no",
		...oneOf("yes", "no")
	},
	MONGODB_URL_FILE: { says: "a file with that address, since a password stands in it", fallback: null, ...path },
	SMTP_URL: {
		says: "the mail server that letters are given to; without it and SMTP_URL_FILE they are files in `mail` of DATA_DIR",
		must: SMTP_FORM,
		fallback: null,
		read: readSmtp,
		secret: true
	},
	SMTP_URL_FILE: { says: "a file with that address, since a password stands in it", fallback: null, ...path },
	SMTP_INSECURE: {
		says: "yes: a mail server without TLS may be met over a network",
		fallback: "no",
		...oneOf("yes", "no")
	},
	NODE_HTTP_HOST: {
		says: "the address at which this node gives other nodes what is too large for NATS; without it the one from which it reaches NATS",
		fallback: null,
		...address
	},
	TLS_CERT_FILE: {
		says: "a PEM file of the certificate that this node shows at the ports at which others of the cluster ask it (NODE_HTTP_PORT, METRICS_PORT), and to those that it asks; without it they speak HTTP",
		fallback: null,
		...path
	},
	TLS_KEY_FILE: { says: "a PEM file of that certificate's key", fallback: null, ...path },
	TLS_CA_FILE: {
		says: "a PEM file of the authorities that sign certificates of the cluster: whoever asks at those ports shows one of them",
		fallback: null,
		...path
	},
	NODE_HTTP_PORT: { says: "its port; 0 chooses a free one", fallback: "0", ...number(0, 65_535) }
} as const;
