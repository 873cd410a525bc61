/** What routes as data may lead to, and the addresses that are taken already. Pure. */

import type { ActionSpec, Contract } from "../../../contracts/contract";
import { OPEN_ROUTES } from "../open-routes";
import { BASE, type RawRoute, type Route, rawRoutesOf, routesOf } from "../routes";
import { beginsWith, overlap, type Template, templateOf } from "./templates";

export interface Target {
	readonly route: Route;
	readonly spec: ActionSpec;
}

export interface World {
	/** By the action's full name: its canonical route. */
	readonly targets: ReadonlyMap<string, Target>;
	readonly routes: readonly Route[];
	readonly raws: readonly RawRoute[];
	/** Whose an address is already, or undefined. */
	takenBy(path: string): string | undefined;
}

export function worldOf(contracts: readonly Contract[]): World {
	const routes = routesOf(contracts);
	const raws = rawRoutesOf(contracts);
	const specs = new Map(
		contracts.flatMap(({ name, actions }) => Object.entries(actions).map(([key, spec]) => [`${name}.${key}`, spec]))
	);
	const targets = new Map(
		routes.flatMap(route => {
			const spec = specs.get(route.action);
			return route.canonical && spec ? [[route.action, { route, spec }]] : [];
		})
	);
	const taken = takenIn(routes, raws);
	return { targets, routes, raws, takenBy: path => taken.find(({ isMet }) => isMet(templateOf(path), path))?.whose };
}

interface Taken {
	readonly whose: string;
	isMet(template: Template, path: string): boolean;
}

/** Beneath these everything is the server's, what is not there yet, too. */
const RESERVED = [BASE, "/health", "/metrics", "/docs", "/live", "/ready", "/.well-known", "/account"];

function takenIn(routes: readonly Route[], raws: readonly RawRoute[]): Taken[] {
	const own = [...new Set([...routes, ...OPEN_ROUTES].map(({ path }) => path))];
	return [
		...RESERVED.map(prefix => under(prefix)),
		...own.map(path => at(path, `the server's own ${path}`)),
		...raws.flatMap(raw => ofRaw(raw))
	];
}

const under = (prefix: string): Taken => {
	const start = templateOf(prefix);
	return { whose: `the server's own, as all is under ${prefix}`, isMet: template => beginsWith(template, start) };
};

const at = (path: string, whose: string): Taken => {
	const own = templateOf(path);
	return { whose, isMet: template => overlap(template, own) };
};

/** By what it shows of its addresses, and by its expression for a path whose fields say something. */
const ofRaw = ({ called, shown, path: pattern }: RawRoute): Taken[] => [
	...shown.map(({ path }) => at(path, `that of ${called}`)),
	{ whose: `that of ${called}`, isMet: (_template, path) => pattern.test(path.replace(/:\w+/g, "x")) }
];
