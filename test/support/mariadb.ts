/** A real MariaDB with Marzban's tables, on a free port of the loopback, gone with its scope. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, createConnection } from "mysql2/promise";
import { tablesOf } from "../../demo/panels/marzban/tables";
import { freePort } from "./servers";

export interface MariaDb extends AsyncDisposable {
	/** As Marzban's own settings spell it. */
	readonly url: string;
	readonly port: number;
	/** All rights, and several statements at once. */
	readonly root: Connection;
	kill(): Promise<void>;
}

/** The tables in the words of MySQL, as the migrations of 0.8.4 leave them there: users' names alone are exact. */
const schema = `SET FOREIGN_KEY_CHECKS = 0;\n${tablesOf("exact")
	.replaceAll("INTEGER NOT NULL PRIMARY KEY", "INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY")
	.replaceAll("VARCHAR(34) COLLATE BINARY", "VARCHAR(34) COLLATE utf8mb4_bin")
	.replaceAll('"key"', "`key`")}`;

/** As panels run it: names fold by default, and its day is not UTC's. */
const PANEL = ["--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci", "--default-time-zone=+03:30"];

/** Servers are often out of an ordinary user's path. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };

/** @param more options of the server */
export async function startMariaDb(...more: readonly string[]): Promise<MariaDb> {
	const folder = mkdtempSync(join(tmpdir(), "mariadb-"));
	const common = ["--no-defaults", `--datadir=${folder}/data`, `--user=${userInfo().username}`];
	const made = spawnSync(
		"mariadb-install-db",
		[...common, "--auth-root-authentication-method=normal", "--skip-test-db"],
		{ env }
	);
	if (made.error) throw new Error("There is no mariadb-install-db: run scripts/servers.sh.");
	if (made.status !== 0) throw new Error(`mariadb-install-db failed: ${made.stderr}`);
	for (let tries = 0; tries < 5; tries++) {
		const port = await freePort();
		const socket = [`--socket=${folder}/socket`, `--pid-file=${folder}/pid`];
		const address = [`--port=${port}`, "--bind-address=127.0.0.1"];
		const child = spawn("mariadbd", [...common, ...socket, ...address, ...PANEL, ...more], { stdio: "ignore", env });
		child.once("error", () => child.kill());
		const root = await connected(child, port);
		if (root) return await prepared({ child, root, port, folder }).catch(stopped(child));
	}
	throw new Error("mariadbd did not start.");
}

async function connected(child: ChildProcess, port: number): Promise<Connection | undefined> {
	for (let tries = 0; tries < 300 && child.pid !== undefined && child.exitCode === null; tries++) {
		try {
			return await createConnection({ host: "127.0.0.1", port, user: "root", multipleStatements: true });
		} catch {
			await sleep(100);
		}
	}
	child.kill("SIGKILL");
	return undefined;
}

/** Nothing is left running by what failed. */
const stopped =
	(child: ChildProcess) =>
	(error: unknown): never => {
		child.kill("SIGKILL");
		throw error;
	};

interface Started {
	readonly child: ChildProcess;
	readonly root: Connection;
	readonly port: number;
	readonly folder: string;
}

async function prepared({ child, root, port, folder }: Started): Promise<MariaDb> {
	await root.query(`CREATE DATABASE marzban; USE marzban; ${schema}
		SET FOREIGN_KEY_CHECKS = 1;
		CREATE USER panel@'127.0.0.1' IDENTIFIED BY 'p@ss:w/rd'; GRANT ALL ON marzban.* TO panel@'127.0.0.1';
		INSERT INTO alembic_version VALUES ('2b231de97dc3')`);
	const kill = async () => {
		root.destroy();
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill("SIGKILL");
		await once(child, "exit");
	};
	return {
		url: `mysql+pymysql://panel:p%40ss%3Aw%2Frd@127.0.0.1:${port}/marzban?charset=utf8mb4`,
		port,
		root,
		kill,
		[Symbol.asyncDispose]: async () => {
			await kill();
			rmSync(folder, { recursive: true, force: true });
		}
	};
}
