/** The systems of the tasks with a notebook whose writes wait for a word of the test, and are counted. */

import { setTimeout as sleep } from "node:timers/promises";
import type { OpenTarget } from "../../../connectors/connector";
import type { Systems } from "../../../mixins/systems";
import { WITH_TASKS } from "./mapping";
import { notebookSpec, openNotebook } from "./notebook";

export interface Pace {
	/** How long each write waits, in ms; Infinity: until it is changed. */
	eachMs: number;
	/** How many were begun. */
	begun: number;
	/** By the node that writes, the titles in their order. */
	readonly wrote: [node: string, title: string][];
}

export const newPace = (): Pace => ({ eachMs: 0, begun: 0, wrote: [] });

/** @param node whose connectors these are */
export function slowTasks(pace: Pace, node: string): Systems {
	const open: OpenTarget = (connection, limits) => {
		const target = openNotebook(connection, limits);
		return {
			...target,
			write: async (stream, write, term) => {
				pace.begun++;
				const begun = performance.now();
				while (performance.now() - begun < pace.eachMs) await sleep(2);
				const written = await target.write(stream, write, term);
				pace.wrote.push([node, write.name]);
				return written;
			}
		};
	};
	return { ...WITH_TASKS, targets: { ...WITH_TASKS.targets, notebook: { spec: notebookSpec, open } } };
}
