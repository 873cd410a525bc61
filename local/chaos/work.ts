/** What is asked of the cluster all the time: reads of several services, and writes whose effect can be counted. */

import { textOf } from "../../domain/unknown";
import type { Answer, Ask } from "./client";
import type { Books, Work } from "./kinds";
import { PEOPLE_WORK } from "./people-work";

const read =
	(path: string): Work["ask"] =>
	() => ({ ask: { method: "GET", path, again: true }, name: path });
const MAPPING = "marzneshin-to-marzban";
const SCOPES = ["migration:read"];
/** So many keys stay before the oldest is taken away. */
const STAY = 40;

const create = (name: string, again: string | false): Ask => ({
	method: "POST",
	path: "/api/v1/api-keys",
	body: { name, scopes: SCOPES },
	again
});

function keep({ keys, made }: Books, name: string, { body }: Answer): void {
	keys.made(name);
	made.push({ name, id: textOf(body, "id") ?? "" });
}

export const WORK: readonly Work[] = [
	...PEOPLE_WORK,
	{
		kind: "read of transformer",
		share: 25,
		ask: read(`/api/v1/transform/field-mappings?mapping=${MAPPING}`),
		good: [200]
	},
	{ kind: "read of validator", share: 20, ask: read(`/api/v1/validate/rules?mapping=${MAPPING}`), good: [200] },
	{ kind: "read of migration", share: 20, ask: read("/api/v1/migrations"), good: [200] },
	{ kind: "read of access", share: 10, ask: read("/api/v1/api-keys"), good: [200] },
	{
		kind: "create",
		share: 4,
		ask: ({ run }, nth) => ({ ask: create(`${run}-${nth}`, `${run}-${nth}`), name: `${run}-${nth}` }),
		good: [201],
		answered: keep
	},
	{
		kind: "remove",
		share: 4,
		ask: ({ made, keys, run }, nth) => {
			const key = made.length > STAY ? made.shift() : undefined;
			if (!key) return undefined;
			keys.leaving(key.name);
			return { ask: { method: "DELETE", path: `/api/v1/api-keys/${key.id}`, again: `${run}-${nth}` }, name: key.name };
		},
		// Tried again on its way, it may be gone already.
		good: [200, 404],
		answered: ({ keys }, name) => keys.gone(name)
	},
	{
		kind: "append",
		share: 2,
		ask: ({ migration, run }, nth) =>
			migration === null
				? undefined
				: {
						ask: {
							method: "POST",
							path: `/api/v1/migrations/${migration}/pause`,
							body: { reason: `${run}-${nth}` },
							again: `${run}-${nth}`
						},
						name: `${run}-${nth}`
					},
		good: [200],
		onceAtMost: true,
		answered: ({ pauses }, name) => pauses.made(name)
	},
	{
		kind: "create without a key",
		share: 1,
		ask: ({ run }, nth) => ({ ask: create(`${run}-keyless-${nth}`, false), name: `${run}-keyless-${nth}` }),
		good: [201],
		answered: keep,
		unknown: ({ keys }, name) => keys.unknown(name)
	}
];

/** Whose turn it is: the shares, spread evenly over each hundred requests. */
export function turnsOf(work: readonly Work[]): readonly Work[] {
	const all = work.flatMap(each =>
		Array.from({ length: each.share }, (_, index) => ({ each, at: (index + 0.5) / each.share }))
	);
	return all.sort((a, b) => a.at - b.at).map(({ each }) => each);
}
