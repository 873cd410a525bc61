// Well once it takes writes. A server that was never begun is begun as a replica set of one: transactions need one.
const { readFileSync } = require("node:fs");

db.getSiblingDB("admin").auth("root", readFileSync("/run/secrets/mongodb-root-password", "utf8").trim());
try {
	rs.status();
} catch {
	rs.initiate({ _id: "banyan", members: [{ _id: 0, host: "mongodb:27017" }] });
}
quit(db.hello().isWritablePrimary ? 0 : 1);
