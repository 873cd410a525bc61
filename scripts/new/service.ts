/** The files of a new service with two routes: what `npm run new -- service notes` writes. Pure. */

import type { Words } from "./words";

/** By path, from the root of the tree. */
export const filesOf = (words: Words): Readonly<Record<string, string>> => {
	const { area, name } = words;
	return {
		[`contracts/${area}/${name}.ts`]: contractOf(words),
		[`domain/${area}/${name}.ts`]: domainOf(words),
		[`services/${area}/${name}.service.ts`]: serviceOf(words),
		[`test/unit/domain/${area}/${name}.spec.ts`]: domainTestOf(words),
		[`test/unit/services/${area}/${name}.spec.ts`]: serviceTestOf(words)
	};
};

/** Of contracts/index.ts. */
export const lineOf = ({ area, name }: Words): string => `export { ${name} } from "./${area}/${name}";`;

const contractOf = ({
	area,
	name,
	one,
	Type,
	VARIABLE,
	CODE
}: Words): string => `/** ${name}: keeps what it is given. */

import { action, contract } from "../contract";
import { shape, type ValueOf } from "../schema";

export const ${one} = shape(
	"${Type}",
	{ id: "string", text: "string", createdAt: { type: "string", summary: "ISO 8601, UTC." } },
	"One of ${name}."
);
export type ${Type} = ValueOf<typeof ${one}>;

const example: ${Type} = { id: "7f3a9c", text: "Water the tree.", createdAt: "2026-11-21T09:00:00.000Z" };

export const ${name} = contract("${area}", "${name}", {
	scopes: { "${name}:read": "look at ${name}", "${name}:write": "make ${name}" },
	errors: {
		${CODE}_NOT_FOUND: {
			status: 404,
			title: "None of ${name} has this id",
			means: "It was never made, or it is gone.",
			todo: "Correct the id: it is the one that was answered when it was made."
		}
	},
	settings: {
		most: { variable: "${VARIABLE}", rule: "number|integer|min:1|max:1000000|default:1000", summary: "${name} that are kept" }
	},
	metrics: { made: { type: "counter", name: "banyan.${name}.made", summary: "Of ${name}, those that were made here." } },
	actions: {
		create: action({
			summary: "Makes one of ${name}.",
			permission: "${name}:write",
			rest: "POST /${name}",
			status: 201,
			location: "/${name}/:id",
			params: { text: "string|min:1|max:1000" },
			result: ${one},
			example: { params: { text: example.text }, result: example }
		}),
		get: action({
			summary: "One of ${name}.",
			permission: "${name}:read",
			rest: "GET /${name}/:id",
			params: { id: "string|min:1|max:100" },
			result: ${one},
			example: { params: { id: example.id }, result: example }
		})
	},
	events: {
		/** One was made. */
		made: { id: "string" }
	}
});
`;

const domainOf = ({ area, name, Type }: Words): string => `/** What is decided about ${name}. Pure. */

import type { ${Type} } from "../../contracts/${area}/${name}";

/** Spaces around a text are nobody's. */
export const new${Type} = (id: string, text: string, at: Date): ${Type} => ({
	id,
	text: text.trim(),
	createdAt: at.toISOString()
});

/** @param kept so many @param most may be */
export const isRoomFor${Type} = (kept: number, most: number): boolean => kept < most;
`;

const serviceOf = ({ area, name, one, Type, CODE }: Words): string => `import { randomUUID } from "node:crypto";
import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { settingsFor } from "../../cluster/settings";
import { ${name}, type ${Type} } from "../../contracts/${area}/${name}";
import { isRoomFor${Type}, new${Type} } from "../../domain/${area}/${name}";
import { InTurn } from "../../domain/in-turn";
import { collection } from "../../mixins/collection.mixin";

const { create, get } = ${name}.actions;

@Service(${name})
export default class ${Type}Service
	extends service(collection<"${name}", ${Type}>("${name}", "id"))
	implements Answers<typeof ${name}>
{
	/** Of many at once each counts those before it. */
	private readonly making = new InTurn();

	@Action(create)
	create(ctx: CallOf<typeof create>): Promise<${Type}> {
		return this.making.next(() => this.oneMore(ctx.params.text));
	}

	@Action(get)
	async get(ctx: CallOf<typeof get>): Promise<${Type}> {
		const found = await this.${name}.get(ctx.params.id);
		if (!found) throw failure("${CODE}_NOT_FOUND", \`None of ${name} has the id '\${ctx.params.id}'.\`);
		return found;
	}

	private async oneMore(text: string): Promise<${Type}> {
		const { most } = settingsFor(this.broker, ${name});
		if (!isRoomFor${Type}(await this.${name}.count(), most))
			throw failure("LIMIT_REACHED", \`\${${name}.settings.most.variable} is reached: raise it, or make none.\`);
		const ${one} = new${Type}(randomUUID(), text, new Date());
		await this.${name}.insert(${one}, { events: [{ event: "${name}.made", payload: { id: ${one}.id } }] });
		this.broker.metrics.increment(${name}.metrics.made.name);
		return ${one};
	}
}
`;

const domainTestOf = ({
	area,
	name,
	Type
}: Words): string => `import { isRoomFor${Type}, new${Type} } from "../../../../domain/${area}/${name}";

describe("${name}", () => {
	it("have a text without the spaces around it, and the time they were made", () => {
		expect(new${Type}("1", " a text\\n", new Date(0))).toEqual({
			id: "1",
			text: "a text",
			createdAt: "1970-01-01T00:00:00.000Z"
		});
	});

	it.each([
		[0, true],
		[1, true],
		[2, false]
	])("are at most so many: of 2, with %i there is room: %s", (kept, room) => {
		expect(isRoomFor${Type}(kept, 2)).toBe(room);
	});
});
`;

const serviceTestOf = ({ name, one, CODE, VARIABLE }: Words): string => `import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../../../cluster";
import { openNode } from "../../../../node";

describe("the service ${name}", () => {
	const folder = mkdtempSync(join(tmpdir(), "banyan-${name}-"));
	let node: Broker;
	beforeAll(async () => {
		node = await openNode({ services: ["${name}"], logLevel: "fatal" }, { DATA_DIR: folder, ${VARIABLE}: "1" });
	});
	afterAll(async () => {
		await node.stop();
		rmSync(folder, { recursive: true });
	});

	it("keeps what it made, and says where there is no more room", async () => {
		const ${one} = await node.call("${name}.create", { text: "Water the tree." });
		expect(await node.call("${name}.get", { id: ${one}.id })).toEqual(${one});
		await expect(node.call("${name}.create", { text: "One more." })).rejects.toMatchObject({ type: "LIMIT_REACHED" });
	});

	it("says that one is not there", async () => {
		await expect(node.call("${name}.get", { id: "none" })).rejects.toMatchObject({
			type: "${CODE}_NOT_FOUND",
			message: "None of ${name} has the id 'none'."
		});
	});
});
`;
