/** What may keep a migration from being planned, begun or gone on with. */

import type { ErrorSpec } from "../contract";

export const errors = {
	DEFINITION_INVALID: {
		status: 422,
		title: "The definition of the migration is not valid",
		means:
			"The YAML or JSON of the definition says something that is not understood. Nothing was looked at or written.",
		todo: "Correct what the detail names, at its line and column, and send it again."
	},
	DEFINITION_CHANGED: {
		status: 409,
		title: "The definition is not the one that was begun, or reviewed",
		means:
			"A run keeps to the definition it was begun with, and `start` with a `hash` to the one that was reviewed; this one is another.",
		todo: "Restore the definition, or give the changed one another `name`; look at what is planned now, and give its `hash`."
	},
	DEFINITION_TAKEN: {
		status: 409,
		title: "Another key planned another definition under this name",
		means: "A key that may only plan takes nobody's place: whoever reviewed the other definition would start this one.",
		todo: "Give yours another `name`, or use the key that planned the other one, or one with `migration:run`."
	},
	DEFINITION_UNREVIEWED: {
		status: 409,
		title: "What would start was planned by a key that may not start it",
		means:
			"Such a definition begins only where its `hash` is named, so that nothing starts but what somebody looked at.",
		todo: "Look at its plan and send `hash` as that answered it; or plan it with the key that starts it."
	},
	MAPPING_UNKNOWN: {
		status: 422,
		title: "No mapping of this name is known",
		means:
			"What was asked for names the mapping between two systems, and the node that was asked knows none of that name.",
		todo: "Name one that the detail lists. In a cluster all nodes run the same release."
	},
	ENVIRONMENT_MISSING: {
		status: 422,
		title: "An environment variable that the definition names is not set",
		means: "Variables that a definition names are filled in on the node that connects, and it has none of that name.",
		todo: "Set the variable where that node is started, start it again, and ask once more."
	},
	MIGRATION_NOT_FOUND: {
		status: 404,
		title: "No such migration",
		means: "No migration of that name was planned or begun in this server's data folder.",
		todo: "Look at `GET /api/v1/migrations`; plan it first, or correct the name."
	},
	MIGRATION_RUNNING: {
		status: 409,
		title: "The migration is running already",
		means: "Somebody drives it at this moment; two would write the same records.",
		todo: "Wait, or pause it with `POST /api/v1/migrations/{name}/pause`, then ask again."
	},
	MIGRATION_NOT_READY: {
		status: 409,
		title: "The migration has not come that far",
		means:
			"What was asked for comes at another time: a comparison after the run, for example, or nothing at all after a rollback.",
		todo: "Look at its `phase`; do what the detail says."
	},
	PREFLIGHT_REFUSED: {
		status: 409,
		title: "The preflight found something that must be mended first",
		means: "A look at both systems found something that would fail or do harm. Nothing was written.",
		todo: "Mend each finding that is `refused`, then plan again."
	},
	FEW_DIFFER: {
		status: 409,
		title: "Some of the few that went first are not at the target as they should be",
		means:
			"A run with `only` or `limit` moved a few and looked at them; some are not as they should be. The others were not touched.",
		todo: "Look at `GET /api/v1/migrations/{name}/diff`, mend the cause, and start again; or roll back."
	},
	LEASE_LOST: {
		status: 503,
		title: "The node that ran the migration could not prove in time that it still did",
		means: "Its lease was over before it was renewed. From then on it wrote nothing more.",
		todo: "Start the migration again: it goes on where it was."
	},
	CONNECTOR_UNKNOWN: {
		status: 422,
		title: "No such connector",
		means: "The definition names a system that this version cannot speak to.",
		todo: "Name one that the detail lists."
	},
	SYSTEM_FAILED: {
		status: 502,
		title: "The source or the target did not do what was asked",
		means: "A system could not be reached, refused us, or failed. Nothing is lost.",
		todo: "See to it as the detail says, then ask again."
	}
} as const satisfies Record<string, ErrorSpec>;
