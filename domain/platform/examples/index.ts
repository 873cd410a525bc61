/** An example of every action with a REST path, for the OpenAPI document. */

import type { Json, JsonValue } from "../../../contracts/json";
import { accessExamples } from "./access";
import { migrationExamples } from "./migration";
import { stagesExamples } from "./stages";

/** By action. They are JSON: whatever goes over the wire is. */
export const EXAMPLES = { ...stagesExamples, ...migrationExamples, ...accessExamples } as unknown as Readonly<
	Record<string, { readonly params: Json; readonly answer: JsonValue } | undefined>
>;
