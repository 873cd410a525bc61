/** A data folder is its owner's alone, whatever was there before. */

import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	existsSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeFolder } from "../../adapters/closed-folder";
import { acquireLock } from "../../adapters/datadir";
import { openSqliteStore } from "../../adapters/eventstore";
import { openLinkStore } from "../../adapters/linkstore";
import { secretKey } from "../../adapters/secrets";

const OTHER = 65_534;
const NOBODY = ["setpriv", `--reuid=${OTHER}`, `--regid=${OTHER}`, "--clear-groups"] as const;
/** Only root can give files away. */
const asRoot = (what: string, test: () => unknown): void => {
	if (process.getuid?.() === 0) it(what, test as () => void);
};
const NAMES = [
	"lock.db",
	"lock.json",
	"events.db",
	"events.db-wal",
	"events.db-shm",
	"events.db-journal",
	"links.db",
	"keys.db",
	"keys.db~",
	"definitions.db",
	"secret.key",
	"cluster.key",
	"api-key",
	"banyan.log",
	"panel-admins-passwords.csv",
	"backups",
	"backups/marzban-1.sqlite3"
] as const;

let root: string;
let dir: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "banyan-closed-"));
	dir = join(root, "data");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const loose = (folder: string): string =>
	execFileSync("find", [folder, "-perm", "/077", "-not", "-type", "l"], { encoding: "utf8" });
/** As one that was used before, by somebody careless. */
function used(mode = 0o777): void {
	for (const name of NAMES) {
		const at = join(dir, name);
		mkdirSync(join(at, ".."), { recursive: true });
		if (name === "backups") mkdirSync(at);
		else writeFileSync(at, "");
	}
	execFileSync("chmod", ["-R", mode.toString(8), dir]);
}
const close = (): void => closeFolder(dir);

describe("the data folder", () => {
	it.each([0o777, 0o755, 0o750, 0o2777, 0o707])("and all in it is closed to others, where its mode was %o", mode => {
		used(mode);
		close();
		expect(loose(dir)).toBe("");
		expect(statSync(join(dir, "api-key")).mode & 0o777).toBe(0o600);
	});

	it("is closed where it is empty, or a file system's topmost", () => {
		mkdirSync(join(dir, "lost+found"), { recursive: true });
		chmodSync(dir, 0o777);
		close();
		expect(statSync(dir).mode & 0o777).toBe(0o700);
	});

	it("is refused, and left, where it is others' too: a shared one, or one with other things", () => {
		used();
		chmodSync(dir, 0o1777);
		expect(close).toThrow(/others may look into it \(its mode is 1777\).*set DATA_DIR to a folder of its own/);
		expect(statSync(dir).mode & 0o7777).toBe(0o1777);
		const home = join(root, "home");
		mkdirSync(join(home, "letters"), { recursive: true });
		chmodSync(home, 0o755);
		expect(() => closeFolder(home)).toThrow(/its mode is 755/);
		expect(statSync(home).mode & 0o777).toBe(0o755);
	});

	it("may be a link to a folder on another disk", () => {
		used();
		symlinkSync(dir, join(root, "link"));
		acquireLock(join(root, "link"), { pid: 1, command: "x" }).release();
		expect(loose(dir)).toBe("");
	});

	describe.each(NAMES)("with %s as", name => {
		/** Puts something else there. */
		const instead = (put: (at: string) => void): string => {
			used(0o700);
			const at = join(dir, name);
			rmSync(at, { recursive: true });
			put(at);
			return at;
		};
		it("a link to another's file is refused, and what it leads to is left alone", () => {
			const treasure = join(root, "treasure");
			writeFileSync(treasure, "gold", { mode: 0o644 });
			const at = instead(at => symlinkSync(treasure, at));
			expect(close).toThrow(`'${at}' is not used: it is a symbolic link; put the file itself there.`);
			expect([readFileSync(treasure, "utf8"), statSync(treasure).mode & 0o777]).toEqual(["gold", 0o644]);
		});
		it("a link to nothing, or to a folder, is refused, and nothing is made there", () => {
			const at = instead(at => symlinkSync(join(root, "nothing"), at));
			expect(close).toThrow(/symbolic link/);
			expect(existsSync(join(root, "nothing"))).toBe(false);
			rmSync(at);
			symlinkSync(root, at);
			expect(close).toThrow(/symbolic link/);
		});
		it("a second name of a file is refused", () => {
			const treasure = join(root, "treasure");
			writeFileSync(treasure, "gold");
			instead(at => linkSync(treasure, at));
			expect(close).toThrow(/second name \(a hard link\)/);
			expect(readFileSync(treasure, "utf8")).toBe("gold");
		});
		it("a pipe is refused, and not waited for", () => {
			instead(at => execFileSync("mkfifo", [at]));
			expect(close).toThrow(/it is no file; take it away/);
		});
		asRoot("another user's is refused", () => {
			const at = instead(at => writeFileSync(at, "planted"));
			chownSync(at, OTHER, OTHER);
			expect(close).toThrow(new RegExp(`it belongs to the user ${OTHER}`));
		});
	});

	asRoot("of another user, or under a link of theirs, is refused", () => {
		mkdirSync(dir);
		symlinkSync(dir, join(root, "link"));
		execFileSync("chown", ["-h", String(OTHER), join(root, "link")]);
		expect(() => closeFolder(join(root, "link"))).toThrow(/symbolic link of the user 65534/);
		chownSync(dir, OTHER, OTHER);
		expect(close).toThrow(/it belongs to the user 65534.*give it to user 0 by chown/);
	});

	asRoot("cannot be kept from us by another user who holds its lock", async () => {
		mkdirSync(dir, { mode: 0o777 });
		chmodSync(root, 0o777);
		chmodSync(dir, 0o777);
		acquireLock(dir, { pid: 1, command: "x" }).release();
		const [become, ...nobody] = NOBODY;
		const held = spawnSync(become, [...nobody, "flock", "-n", join(dir, "lock.db"), "true"], { encoding: "utf8" });
		expect([held.status, held.stderr]).toEqual([66, expect.stringMatching(/Permission denied/)]);
		acquireLock(dir, { pid: 1, command: "x" }).release();
	});

	it("is made closed under the widest umask, with all that is put into it", async () => {
		const script = `
			process.umask(0);
			const { acquireLock } = require("./adapters/datadir");
			const { secretKey } = require("./adapters/secrets");
			const { openSqliteStore } = require("./adapters/eventstore");
			const { openLinkStore } = require("./adapters/linkstore");
			const dir = process.argv[1];
			acquireLock(dir, { pid: 1, command: "x" });
			secretKey(dir);
			void openLinkStore(dir + "/links.db", { access: "write" }).put("m", []);
			const store = openSqliteStore(dir + "/events.db", { access: "write" });
			console.log("made");
			setInterval(() => store, 1000);`;
		const child = spawn(process.execPath, ["--import", "tsx", "-e", script, dir], {
			cwd: join(__dirname, "..", ".."),
			stdio: ["ignore", "pipe", "inherit"]
		});
		try {
			await new Promise(resolve => child.stdout.once("data", resolve));
			expect(readdirSync(dir)).toEqual(expect.arrayContaining(["events.db", "links.db", "lock.db", "secret.key"]));
			expect(loose(dir)).toBe("");
		} finally {
			child.kill("SIGKILL");
		}
	});
});

describe("a store by itself", () => {
	it.each([
		["events.db", (at: string) => openSqliteStore(at, { access: "write" })],
		["links.db", (at: string) => openLinkStore(at, { access: "write" })],
		["secret.key", (at: string) => secretKey(join(at, ".."))]
	] as const)("goes through no link: %s", (name, open) => {
		const treasure = join(root, "treasure");
		writeFileSync(treasure, "");
		mkdirSync(dir);
		symlinkSync(treasure, join(dir, name));
		expect(() => open(join(dir, name))).toThrow(/symbolic link/);
		expect(readFileSync(treasure, "utf8")).toBe("");
	});
});
