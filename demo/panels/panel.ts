/** What a sample panel is to the program that starts it, and how it is started. Loopback only. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { DatabaseSync } from "node:sqlite";
import type { Faults } from "./faults";
import { Front, type Route } from "./http";
import { Work } from "./load";
import { Store } from "./store";

export interface PanelOptions {
	/** 0 takes a free one. @default 0 */
	readonly port?: number;
	/** The SQLite file, made when missing. @default ":memory:" */
	readonly file?: string;
	/** Milliseconds of one create; creates are worked off one at a time. @default 9 */
	readonly createMs?: number;
	/** @default 20 */
	readonly loginMs?: number;
	/** @default none */
	readonly faults?: Faults;
	/** Period of the review job; 0 leaves it to `review()`. @default 10, the source's 30 */
	readonly jobSeconds?: number;
	/** Requests in flight from which the panel collapses. @default 64 */
	readonly collapseAt?: number;
	/** How long a starved request waits for a connection. @default 30000 */
	readonly poolMs?: number;
	/** The sudo account of the panel's environment. @default admin / admin123 */
	readonly sudo?: { readonly username: string; readonly password: string };
	/** What subscription links start with. @default the panel's own address */
	readonly subscriptionPrefix?: string;
	readonly now?: () => Date;
	/** Of everything drawn at random under load. @default 1 */
	readonly seed?: number;
}

export interface Panel {
	readonly panel: "marzneshin" | "marzban";
	readonly url: string;
	readonly port: number;
	readonly db: DatabaseSync;
	/** Calls seen, by method and path template: `{"GET /api/users": 3}`. */
	readonly requests: Readonly<Record<string, number>>;
	setFaults(faults: Faults): void;
	/** Answers nothing for so long; 0 ends it. */
	pause(ms: number): void;
	/** Runs the review job now. */
	review(): void;
	close(): Promise<void>;
}

/** What the routes of a panel stand on. */
export interface Ground {
	readonly store: Store;
	readonly now: () => Date;
	readonly sudo: { readonly username: string; readonly password: string };
	readonly loginMs: number;
	/** The panel's own address; known once it listens. */
	readonly prefix: () => string;
}

export interface Build {
	readonly panel: Panel["panel"];
	readonly jobSeconds: number;
	readonly build: (ground: Ground) => { readonly routes: readonly Route[]; readonly review: () => void };
}

export async function start(options: PanelOptions, { panel, jobSeconds, build }: Build): Promise<Panel> {
	const store = new Store(options.file ?? ":memory:");
	const { createMs = 9, collapseAt = 64, poolMs = 30_000, seed = 1, faults = { rate: 0 } } = options;
	let url = "";
	const { routes, review } = build({
		store,
		now: options.now ?? (() => new Date()),
		sudo: options.sudo ?? { username: "admin", password: "admin123" },
		loginMs: options.loginMs ?? 20,
		prefix: () => options.subscriptionPrefix ?? url
	});
	const work = new Work({ createMs, collapseAt, poolMs, seed });
	const front = new Front(routes, work, faults);
	front.server.listen(options.port ?? 0, "127.0.0.1");
	await once(front.server, "listening");
	const { port } = front.server.address() as AddressInfo;
	url = `http://127.0.0.1:${port}`;
	const period = (options.jobSeconds ?? jobSeconds) * 1000;
	const job = period > 0 ? setInterval(review, period).unref() : undefined;
	return {
		panel,
		url,
		port,
		db: store.db,
		requests: front.requests,
		setFaults: front.setFaults.bind(front),
		pause: work.pause.bind(work),
		review,
		close: async () => {
			clearInterval(job);
			const closed = once(front.server, "close");
			front.server.close();
			front.server.closeAllConnections();
			await closed;
			store.db.close();
		}
	};
}
