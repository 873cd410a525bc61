import type { ApiKey } from "../../../contracts/platform/access";
import type { Examples } from "./example";

const key: ApiKey = {
	id: "k-7f3a",
	name: "deploy",
	scopes: ["migration:read", "migration:plan"],
	createdAt: "2026-11-21T09:00:00.000Z"
};

export const accessExamples = {
	"access.create": {
		params: { name: "deploy", scopes: ["migration:read", "migration:plan"] },
		answer: { ...key, key: "shown-once-then-never-again" }
	},
	"access.list": { params: {}, answer: [key] },
	"access.revoke": { params: { id: key.id }, answer: key }
} satisfies Examples;
