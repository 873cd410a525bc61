/**
 * A data folder of an earlier version with the sample panels it knows: recorded by `record-data-folder.ts`, copied for a
 * test, its panels again under the addresses that its definitions name.
 */

import { once } from "node:events";
import { cpSync, mkdirSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { startMarzban } from "../../demo/panels/marzban";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel, PanelOptions } from "../../demo/panels/panel";
import { until } from "./until";

const FIXTURE = join(__dirname, "..", "fixtures", "data-folder");

/** Each has an address of the loopback to itself: nobody else listens there. */
export const SIDES = { source: 1, first: 2, second: 3 } as const;
export type Side = keyof typeof SIDES;
const PORT = 28_671;
const hostOf = (side: Side): string => `127.83.67.${SIDES[side]}`;
export const addressOf = (side: Side): string => `http://${hostOf(side)}:${PORT}`;

export interface Recorded extends AsyncDisposable {
	/** The data folder. */
	readonly data: string;
	readonly panels: Readonly<Record<Side, Panel>>;
}

const QUICK = { createMs: 0, loginMs: 0, jobSeconds: 0 };

/** The sample panels, each on its file in `folder`, under their addresses. */
export async function openPanels(folder: string): Promise<Omit<Recorded, "data">> {
	const opened = async (side: Side, start: (options: PanelOptions) => Promise<Panel>) => {
		const panel = await start({ ...QUICK, file: join(folder, `${side}.db`), subscriptionPrefix: addressOf(side) });
		return { panel, close: await led(hostOf(side), panel.port) };
	};
	const source = await opened("source", startMarzneshin);
	const first = await opened("first", startMarzban);
	const second = await opened("second", startMarzban);
	return {
		panels: { source: source.panel, first: first.panel, second: second.panel },
		[Symbol.asyncDispose]: async () => {
			for (const { panel, close } of [source, first, second]) {
				await close();
				await panel.close();
			}
		}
	};
}

/** Leads a connection to `host` on to a port of this machine; another run of the same test may still be there. */
async function led(host: string, port: number): Promise<() => Promise<void>> {
	const open = new Set<Socket>();
	const server = createServer(socket => {
		const onward = connect(port, "127.0.0.1");
		open.add(socket);
		for (const [one, other] of [
			[socket, onward],
			[onward, socket]
		] as const) {
			one.on("error", () => other.destroy());
			one.pipe(other);
		}
		socket.once("close", () => {
			onward.destroy();
			open.delete(socket);
		});
	});
	await until(async () => {
		server.listen(PORT, host);
		return await once(server, "listening").then(
			() => true,
			() => false
		);
	}, `${host}:${PORT} is free`);
	return async () => {
		const closed = once(server, "close");
		server.close();
		for (const socket of open) socket.destroy();
		await closed;
	};
}

/** A copy of what was recorded of `commit`, its panels open. */
export async function openRecorded(commit: string, folder: string): Promise<Recorded> {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	cpSync(join(FIXTURE, commit), folder, { recursive: true });
	const opened = await openPanels(join(folder, "panels"));
	return { data: join(folder, "server"), ...opened };
}
