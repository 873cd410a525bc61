// Run once by the image of MongoDB, when its folder is empty: the user of the nodes, who may read and write one database.
const { readFileSync } = require("node:fs");

db.getSiblingDB("banyan").createUser({
	user: "banyan",
	pwd: readFileSync("/run/secrets/mongodb-password", "utf8").trim(),
	roles: [{ role: "readWrite", db: "banyan" }]
});
