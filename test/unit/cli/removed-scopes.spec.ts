/** A key outlives the service that brought its scope: it is listed all the same, or nobody could revoke it. */

import { answerOf } from "../../../cli/answers";
import { SCOPES } from "../../../contracts/cluster";
import { mayDo } from "../../../services/platform/gateway/call";

const key = { id: "k-1", name: "old", scopes: ["notes:read", "migration:read"], createdAt: "2026-11-21T09:00:00.000Z" };

it("is read as it is kept", () => {
	const text = JSON.stringify([key]);
	expect(answerOf("access.list", {}, text, "http://127.0.0.1:8000")).toEqual([key]);
	expect(answerOf("access.revoke", { id: "k-1" }, JSON.stringify(key), "http://127.0.0.1:8000")).toEqual(key);
});

it("gives nothing but what is there", () => {
	expect(Object.keys(SCOPES).filter(scope => mayDo(key, scope))).toEqual(["migration:read"]);
});
