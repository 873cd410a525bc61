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

	test("a : in a password needs no escape, as for the panel itself", () => {
		expect(addressOf("mysql://u:p:q@h/d")).toMatchObject({ user: "u", password: "p:q", host: "h" });
	});

	/** The password is `hidden`, or what a slip has made of it. */
	test.each([
		["postgresql://u:hidden@h/d", "mysql://user:password@host"],
		["jdbc:mysql://u:hidden@h/d", "mysql://user:password@host"],
		["file:///u:hidden@h/d", "sqlite:///path"],
		["u:hidden@h/d", "mysql://user:password@host"],
		["//u:hidden@h/d", "mysql://user:password@host"],
		["./u@hidden", "mysql://user:password@host"],
		['"mysql://u:hidden@h/d"', "without quotes"],
		["'mysql://u:hidden@h/d'", "without quotes"],
		["SQLALCHEMY_DATABASE_URL = mysql://u:hidden@h/d", "the name of a setting"],
		["mysql:/u:hidden@h/d", "two slashes"],
		["mysql:u:hidden@h/d", "two slashes"],
		["mysql+pymysql:/u:hidden@h/d", "two slashes"],
		["MariaDB:///u:hidden@h/d", "two slashes"],
		["mysql:\\\\u:hidden@h\\d", "two slashes"],
		["mysql://u:hidden@h", "database"],
		["mysql://u:hidden@h/", "database"],
		["mysql://u:hidden@/d", "host"],
		["mysql://h/d", "user"],
		["mysql://:hidden@h/d", "user"],
		["mysql://u:hidden@/d?unix_socket=/run/mysqld/mysqld.sock", "socket"],
		["mysql://u:hidden@localhost/d?charset=utf8mb4&unix_socket=/run/s", "socket"],
		["mysql://u:hid@den@h/d", "%40"],
		["mysql://u:hid#den@h/d", "%23"],
		["mysql://u:hidden@h/d#x", "%23"],
		["mysql://u:hid/den@h:x/d", "%2F"],
		["mysql://u:hid@x/den@h/d", "%40"],
		["mysql://u:12/hidden@h/d", "%2F"],
		["mysql://u:hid?den@h/d", "%3F"],
		["mysql://u:hid den@h/d", "escapes"],
		["mysql://u:hidden@h:port/d", "escapes"],
		["mysql://u:hidden@h:99999/d", "escapes"],
		["mysql://u:hidden@h/d?ssl_ca=x", "ssl_ca"],
		["mysql://u:%zz@h/d", "%25"],
		["sqlite://", "file"],
		["sqlite:///", "file"],
		["sqlite:db.sqlite3", "three slashes"],
		["sqlite:/var/db.sqlite3", "three slashes"],
		["sqlite://var/db.sqlite3", "three slashes"]
	])("%s is refused, and not said back", (text, word) => {
		expect(() => addressOf(text)).toThrow(
			expect.objectContaining({ code: "refused", message: expect.stringContaining(word) })
		);
		expect(() => addressOf(text)).toThrow(
			expect.objectContaining({ message: expect.not.stringMatching(/hid|den|%zz|var/) })
		);
	});
});
