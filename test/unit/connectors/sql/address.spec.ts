import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { addressOf } from "../../../../connectors/sql/address";

describe("the address of a database", () => {
	test.each([
		["/var/lib/marzban/db.sqlite3", "/var/lib/marzban/db.sqlite3"],
		["sqlite:////var/lib/marzban/db.sqlite3", "/var/lib/marzban/db.sqlite3"],
		["sqlite:///var/lib/marzban/db.sqlite3", "/var/lib/marzban/db.sqlite3"],
		["  sqlite+pysqlite:////a/b?timeout=5 ", "/a/b"],
		["data/db.sqlite3", resolve("data/db.sqlite3")]
	])("%s is the file %s", (text, file) => {
		expect(addressOf(text)).toEqual({ kind: "sqlite", file });
	});

	test("three slashes are a relative path where there is such a file", () => {
		const folder = mkdtempSync(join(tmpdir(), "address-"));
		const file = join(folder, "db.sqlite3");
		writeFileSync(file, "");
		expect(addressOf(`sqlite:///${relative(process.cwd(), file)}`)).toEqual({ kind: "sqlite", file });
		rmSync(folder, { recursive: true });
	});

	test.each(["mysql", "mysql+pymysql", "mariadb+asyncmy"])("%s is a server, with its password unescaped", scheme => {
		expect(addressOf(`${scheme}://pa%40n:p%2F%3Aw@db.host:3307/marz?charset=utf8mb4`)).toEqual({
			kind: "mysql",
			host: "db.host",
			port: 3307,
			user: "pa@n",
			password: "p/:w",
			database: "marz"
		});
	});

	test("a port left out is 3306, and brackets belong to no host", () => {
		expect(addressOf("mysql://u:p@[::1]/d")).toMatchObject({ host: "::1", port: 3306 });
	});

	test.each([
		["postgresql://u:hidden@h/d", "path"],
		["mysql://u:hidden@h", "database"],
		["mysql://h/d", "user"],
		["mysql://u:hid/den@h:x/d", "escapes"],
		["mysql://u:hidden@h/d?ssl_ca=x", "ssl_ca"],
		["mysql://u:%zz@h/d", "%25"],
		["sqlite://", "file"]
	])("%s is refused, and not said back", (text, word) => {
		expect(() => addressOf(text)).toThrow(
			expect.objectContaining({ code: "refused", message: expect.stringContaining(word) })
		);
		expect(() => addressOf(text)).toThrow(expect.objectContaining({ message: expect.not.stringMatching(/hid|%zz/) }));
	});
});
