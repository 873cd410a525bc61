/** The routes of older APIs that this gateway answers by, as of the newest revision that it knows. Nothing is done while there is none. */

import { Shapes } from "../../../adapters/shapes/runner";
import type { Broker } from "../../../cluster";
import { type Follow, follow } from "../../../cluster/followed";
import { settingsFor } from "../../../cluster/settings";
import { CONTRACTS } from "../../../contracts/cluster";
import type { JsonValue } from "../../../contracts/json";
import { gateway } from "../../../contracts/platform/gateway";
import type { RouteTable } from "../../../contracts/platform/route-forms";
import { routes } from "../../../contracts/platform/routes";
import type { Evaluate, Evaluated, ShapeBroken } from "../../../domain/platform/data-routes/evaluated";
import { RouteIndex } from "../../../domain/platform/data-routes/matching";
import { shapesOf } from "../../../domain/platform/data-routes/proof";
import { type World, worldOf } from "../../../domain/platform/data-routes/world";
import type { WebRequest } from "../../../mixins/web.mixin";
import { callOf } from "./call";
import { ShapedCall } from "./shaped-call";

/** One whose shapes were ended so often, one after the other, is not tried for a while, in ms: others wait behind it. */
const [ENDED, REST_MS] = [3, 10_000];
const ENDING: ReadonlySet<string> = new Set(["TOO_SLOW", "TOO_HUNGRY", "D1012"]);
const RESTS: Evaluated = {
	fault: { code: "RESTS", at: null, message: "It was ended again and again, and rests for a moment." }
};

/** Of one revision. */
interface Read {
	readonly index: RouteIndex;
	readonly texts: readonly string[];
	readonly ended: Map<string, { count: number; until: number }>;
	readonly told: Set<string>;
}

/** So many shapes are compiled before somebody asks. */
const MOST_AHEAD = 1_000;

function read(value: JsonValue): Read | null {
	const table = value as unknown as RouteTable;
	const index = new RouteIndex(table);
	if (index.size === 0) return null;
	const texts = Object.values(table).flatMap(route => shapesOf(route).map(([, text]) => text));
	return { index, texts: texts.slice(0, MOST_AHEAD), ended: new Map(), told: new Set() };
}

let known: World | undefined;
const world = (): World => {
	known ??= worldOf(CONTRACTS);
	return known;
};

export class OlderRoutes {
	private readonly followed: Follow<Read | null>;
	private started: Shapes | undefined;

	constructor(private readonly broker: Broker) {
		this.followed = follow<Read | null>(broker, { set: "routes", read, start: null });
		// The first request is not to wait for it.
		this.followed.onChange(() => {
			const { value } = this.followed.now;
			if (value) void this.shapes.compile(value.texts);
		});
	}

	find(req: WebRequest, path: string): ShapedCall | undefined {
		const { value: now, revision } = this.followed.now;
		if (!now) return undefined;
		const { method = "GET", headers } = req;
		const found = now.index.find({ method, path, host: callOf(req).host.replace(/:\d+$/, ""), headers });
		const target = found && world().targets.get(found.route.action)?.route;
		if (!target) return undefined;
		const { id } = found.route;
		this.broker.metrics.increment(gateway.metrics.olderAnswered.name, { route: id });
		return new ShapedCall({
			...found,
			target,
			revision,
			evaluate: evaluateIn(this.shapes, now, id),
			failed: broken => this.failed(now, `'${id}' of revision ${revision}`, id, broken)
		});
	}

	methodsAt(path: string): string[] {
		const methods = this.followed.now.value?.index.at(path).map(({ match }) => match.method) ?? [];
		return [...new Set(methods.flatMap(method => (method === "GET" ? [method, "HEAD"] : [method])))];
	}

	end(): void {
		this.started?.close();
	}

	private get shapes(): Shapes {
		const { shapeMs, shapeBytes } = settingsFor(this.broker, routes);
		this.started ??= new Shapes({ ms: shapeMs, bytes: shapeBytes });
		return this.started;
	}

	/** With its place, never with what it was given. */
	private failed({ told }: Read, which: string, route: string, broken: ShapeBroken): void {
		const [part = ""] = broken.place.split(".", 1);
		this.broker.metrics.increment(gateway.metrics.olderFailed.name, { route, part });
		if (told.has(`${which} ${broken.where}`)) return;
		told.add(`${which} ${broken.where}`);
		this.broker.logger.error(
			`The route ${which} failed at ${broken.where}. It is said once; banyan.routes.failed counts it.`
		);
	}
}

/** Of one route. */
const evaluateIn =
	(shapes: Shapes, { ended }: Read, id: string): Evaluate =>
	async (texts, input) => {
		const before = ended.get(id);
		if (before && before.until > performance.now()) return texts.map(() => RESTS);
		const made = await shapes.evaluate(texts, input);
		if (!made.some(({ fault }) => fault && ENDING.has(fault.code))) ended.delete(id);
		else {
			const count = (before?.count ?? 0) + 1;
			ended.set(id, { count, until: count >= ENDED ? performance.now() + REST_MS : 0 });
		}
		return made;
	};
