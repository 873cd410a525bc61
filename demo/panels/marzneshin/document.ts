/** The API's document, which anybody may read: as much of the real one as tells a release from another. */
import { json } from "../answers";
import type { Route } from "../http";
import type { Marzneshin } from "./marzneshin";

/** Of the nightly alone. */
const LONGEST_DURATION = { maximum: 315_328_464_000 };

export function documentRoutes({ version }: Marzneshin): Route[] {
	const duration = { type: "integer", ...(version === "master" && LONGEST_DURATION) };
	const document = {
		openapi: "3.1.0",
		// In every release.
		info: { title: "MarzneshinAPI", version: "0.1.0" },
		components: {
			schemas: {
				InboundHost: { type: "object" },
				XMuxSettings: { type: "object" },
				UserCreate: {
					type: "object",
					properties: { usage_duration: { anyOf: [duration, { type: "null" }], title: "Usage Duration" } }
				}
			}
		}
	};
	return [{ method: "GET", path: "/openapi.json", answer: () => json(document) }];
}
