/** Raw requests in the API's document, as their contracts show them. Pure. */

import type { Contract, RawAddress } from "../../contracts/contract";
import type { OpenRoute } from "./open-routes";

export const rawDocuments = (contracts: readonly Contract[]): OpenRoute[] =>
	contracts.flatMap(({ name, actions }) =>
		Object.values(actions).flatMap(({ raw }) => raw?.shown.map(address => documentOf(name, address)) ?? [])
	);

const documentOf = (service: string, { name, path, summary, params, answer, problems }: RawAddress): OpenRoute => ({
	id: `${service}.${name}`,
	method: "GET",
	path,
	says: summary,
	params,
	answers: { 200: { type: "*/*", schema: {}, ...answer } },
	problems
});
