/** All routes of a revision, found by a request in time that grows with its path alone. Pure. */

import type { DataRoute, RouteTable } from "../../../contracts/platform/route-forms";
import { type Asking, unmet, weightOf } from "./conditions";
import { segmentsOf, templateOf } from "./templates";

export interface Matched {
	readonly route: DataRoute;
	/** The fields of its path. */
	readonly path: Readonly<Record<string, string>>;
}

interface Node {
	readonly words: Map<string, Node>;
	field?: Node;
	/** Those whose paths end here, the ones to ask first in front. */
	readonly ends: DataRoute[];
}

const node = (): Node => ({ words: new Map(), ends: [] });

export class RouteIndex {
	private readonly root = node();
	readonly size: number;

	constructor(table: RouteTable) {
		const routes = Object.values(table);
		this.size = routes.length;
		for (const route of routes) this.add(route);
	}

	/** A word of a path comes before a field. */
	find(asking: Asking): Matched | undefined {
		const segments = segmentsOf(asking.path);
		if (!segments) return undefined;
		for (const { ends } of walk(this.root, segments, 0)) {
			const route = ends.find(({ match }) => isMethod(match.method, asking.method) && !unmet(match, asking));
			if (route) return { route, path: fieldsOf(route, segments) };
		}
		return undefined;
	}

	/** All that have this path, whatever else they ask for. */
	at(path: string): DataRoute[] {
		const segments = segmentsOf(path);
		return segments ? [...walk(this.root, segments, 0)].flatMap(({ ends }) => ends) : [];
	}

	private add(route: DataRoute): void {
		let at = this.root;
		for (const { word } of templateOf(route.match.path)) {
			if (word === undefined) {
				at.field ??= node();
				at = at.field;
			} else {
				const next = at.words.get(word) ?? node();
				at.words.set(word, next);
				at = next;
			}
		}
		at.ends.push(route);
		at.ends.sort((a, b) => weightOf(b.match) - weightOf(a.match) || (a.id < b.id ? -1 : 1));
	}
}

const isMethod = (method: string, asked: string): boolean => method === asked || (asked === "HEAD" && method === "GET");

function* walk(at: Node, segments: readonly string[], depth: number): Generator<Node> {
	const segment = segments[depth];
	if (segment === undefined) {
		yield at;
		return;
	}
	const word = at.words.get(segment);
	if (word) yield* walk(word, segments, depth + 1);
	// A field that is empty is none.
	if (at.field && segment !== "") yield* walk(at.field, segments, depth + 1);
}

const fieldsOf = ({ match }: DataRoute, segments: readonly string[]): Record<string, string> =>
	Object.fromEntries(
		templateOf(match.path).flatMap(({ field }, index) => (field === undefined ? [] : [[field, segments[index] ?? ""]]))
	);
