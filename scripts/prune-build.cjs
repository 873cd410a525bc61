/** Takes out of dist/ what has no source any more: Node would find it before what took its place, secrets.js before secrets/. */

const { existsSync, readdirSync, rmSync } = require("node:fs");
const { join, relative } = require("node:path");

const ROOT = join(__dirname, "..");
const DIST = join(ROOT, "dist");

const hasSource = path => existsSync(join(ROOT, path)) || existsSync(join(ROOT, path.replace(/\.js(\.map)?$/, ".ts")));

for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
	const file = join(entry.parentPath, entry.name);
	if (entry.isFile() && !hasSource(relative(DIST, file))) rmSync(file);
}
