// Asked again and again by the readiness probe: begins the replica set and the user of the nodes, once; ends with 0 where
// the server takes writes.
const { readFileSync } = require("node:fs");
const secret = name => readFileSync(`/run/secrets/mongodb/${name}`, "utf8").trim();
const admin = db.getSiblingDB("admin");

try {
	admin.auth("root", secret("root-password"));
} catch {
	// Nobody is known yet: whoever asks from here may begin, and make the first user.
	rs.initiate({ _id: "banyan", members: [{ _id: 0, host: "mongodb-0.mongodb:27017" }] });
	while (!db.hello().isWritablePrimary) sleep(100);
	admin.createUser({ user: "root", pwd: secret("root-password"), roles: ["root"] });
	admin.auth("root", secret("root-password"));
}
const own = db.getSiblingDB("banyan");
if (own.getUser("banyan") === null)
	own.createUser({ user: "banyan", pwd: secret("password"), roles: [{ role: "readWrite", db: "banyan" }] });
quit(db.hello().isWritablePrimary ? 0 : 1);
