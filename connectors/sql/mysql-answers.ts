/** One answer of a server, row by row: the driver's own way holds all of it before anybody can say that it is too much. */

import type { EventEmitter } from "node:events";
import { propertyOf } from "../../domain/unknown";
import type { Caps } from "../caps";
import { ConnectorError } from "../connector";
import { type Row, Rows } from "./database";

export interface Asked {
	readonly sql: string;
	readonly timeout: number;
	readonly rowsAsArray: boolean;
	readonly values: readonly unknown[];
}

/** The driver's own connection, whose commands tell what comes as it comes. */
export interface Connected {
	readonly stream: EventEmitter;
	on(event: string, listener: (error: Error) => void): unknown;
	off(event: string, listener: (error: Error) => void): unknown;
	readonly query: (asked: Asked) => EventEmitter;
	readonly execute: (asked: Asked) => EventEmitter;
}

export interface Answered {
	readonly rows: Row[];
	readonly affected: number;
}

/** As many columns as no table of a panel has. */
const MOST_COLUMNS = 1000;

export function ask(connection: Connected, by: "query" | "execute", asked: Asked, caps: Caps): Promise<Answered> {
	return new Promise((resolveWith, rejectWith) => {
		// A command that nobody gave a callback hears nothing of a connection that is lost.
		const lost = (): void => reject(Object.assign(new Error("Lost."), { code: "PROTOCOL_CONNECTION_LOST" }));
		const leave = (): void => {
			connection.off("error", reject);
			connection.stream.off("close", lost);
		};
		const reject = (error: unknown): void => {
			leave();
			rejectWith(error);
		};
		connection.on("error", reject);
		connection.stream.on("close", lost);
		const rows = new Rows(caps);
		let names: string[] | undefined;
		let affected = 0;
		const command = connection[by](asked);
		command.on("fields", (fields?: readonly { readonly name: string }[]) => {
			// An answer has one list of rows, whatever a server goes on to say.
			if (names !== undefined || (fields?.length ?? 0) > MOST_COLUMNS) reject(strange());
			names = fields?.map(({ name }) => name) ?? [];
		});
		command.on("result", (result: readonly unknown[] | { readonly affectedRows?: number } | null) => {
			try {
				if (Array.isArray(result)) rows.add((names ?? []).map((name, index) => [name, result[index]]));
				else affected = Number(propertyOf(result, "affectedRows") ?? 0);
			} catch (error) {
				reject(error);
			}
		});
		command.on("error", reject);
		command.on("end", () => {
			leave();
			resolveWith({ rows: rows.all, affected });
		});
	});
}

const strange = () =>
	new ConnectorError("unexpected-answer", "The database server answered what none of a panel does.");
