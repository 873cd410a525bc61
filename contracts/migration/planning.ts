/** What is looked at and rehearsed before a run. */

import { action } from "../contract";
import { shape } from "../schema";
import { checkReport } from "./connection";
import { examples } from "./examples";
import { foundArtefacts } from "./extractor";
import { CHAPTERS, name, PLAN, RUN } from "./fields";
import { plan } from "./plan";
import { status } from "./status";

const artefactKeys = { type: "array", items: "string|min:1|max:1024", max: 2000 } as const;
const foundInbounds = shape("FoundInbounds", { inbounds: "object[]", notes: foundArtefacts.props.notes });

export const planning = {
	/** `document` is YAML or JSON. */
	plan: action({
		chapter: CHAPTERS.plan,
		summary:
			"Looks at both sides and says what a run would do; writes nothing to either. Of one that was begun it says where it stands.",
		permission: PLAN,
		rest: "POST /migrations/plan",
		endsWithCaller: true,
		body: "document",
		long: true,
		params: {
			document: "string",
			look: {
				type: "boolean",
				default: true,
				summary: "False: of one that was begun, what was planned is answered without a look at either side."
			}
		},
		result: plan,
		example: examples.plan
	}),
	dryRun: action({
		chapter: CHAPTERS.plan,
		summary: "Goes through all of it but changes nothing; its status and report are under the name it answers at once.",
		permission: PLAN,
		rest: "POST /migrations/dry-run",
		status: 202,
		endsWithCaller: true,
		location: "/migrations/:name",
		body: "document",
		long: true,
		params: { document: "string" },
		result: status,
		example: examples.dryRun
	}),
	artefacts: action({
		chapter: CHAPTERS.plan,
		summary:
			"What an operator takes across by hand, as the source of the definition has it: of a kind and under keys that a plan named. It may hold secrets.",
		permission: RUN,
		rest: "POST /migrations/artefacts",
		reads: true,
		endsWithCaller: true,
		long: true,
		secret: true,
		params: { document: "string", kind: "string|min:1|max:100", keys: artefactKeys },
		result: foundArtefacts,
		example: examples.artefacts
	}),
	/** As `artefacts` was called when there was one kind. */
	inbounds: action({
		chapter: CHAPTERS.plan,
		summary: "The same for inbounds, by their tags, as the source's nodes define them. They may hold private keys.",
		permission: RUN,
		rest: "POST /migrations/inbounds",
		reads: true,
		endsWithCaller: true,
		long: true,
		secret: true,
		params: { document: "string", tags: artefactKeys },
		result: foundInbounds,
		example: examples.inbounds
	}),
	testSource: action({
		chapter: CHAPTERS.plan,
		summary: "What the source of a planned migration turns out to be: reachable, its version, our rights there.",
		permission: PLAN,
		rest: "GET /extract/test-connection",
		aliases: ["GET /extract/test-connection"],
		endsWithCaller: true,
		params: { name },
		result: checkReport,
		example: examples.testSource
	}),
	testTarget: action({
		chapter: CHAPTERS.plan,
		summary: "What the target of a planned migration turns out to be: reachable, its version, our rights there.",
		permission: PLAN,
		rest: "POST /import/test-connection",
		aliases: ["POST /import/test-connection"],
		reads: true,
		endsWithCaller: true,
		params: { name },
		result: checkReport,
		example: examples.testTarget
	})
};
