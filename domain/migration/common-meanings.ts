/** The codes that do not depend on which systems are at the ends. */

import type { Meanings } from "../meaning";

/** To a customer whose record stayed where it was. */
export const NOT_MOVED = "Your account has not been moved yet: please ask whoever you have it from.";

/** To one whose record stands there in part: a change came too late, or what was begun could not be taken away again. */
export const NOT_WHOLE = "Your account is not as it should be yet: please ask whoever you have it from.";

export const QUARANTINES = {
	source_unreadable: {
		kind: "quarantine",
		severity: "act",
		says: "{records} cannot be shown by the source itself, so nobody can move [it|them].",
		means:
			"The source fails when it is asked for this row, most often for a name or a date that a script wrote into its database. It is known by its place in the listing alone; until it is mended, that listing proves of no other record that it is gone.",
		whom: ["operator"],
		todo: "Find the row as its reason says, correct it in the source's database, then run `banyan migration repair`: it moves the record too.",
		customers: NOT_MOVED
	},
	source_malformed: {
		kind: "quarantine",
		severity: "act",
		says: "{records} [is|are] not what the source's own API says a record is, so nothing is made of [it|them].",
		means:
			"A field holds something of another kind, half a character or far too much: a script wrote it into the source's database, or what answers there is not the system it should be.",
		whom: ["operator"],
		todo: "Correct the field that the reason names at the source, then run `banyan migration repair`: it moves the record too.",
		customers: NOT_MOVED
	},
	line_unreadable: {
		kind: "quarantine",
		severity: "act",
		says: "{records} of the file cannot be read as [a record|records], so nothing is made of [it|them].",
		means:
			"A line breaks the rules of its format (a quote that is not closed, a field too many), says no identity or one that an earlier line has, or holds something that is not of the type that the definition gives its column.",
		whom: ["operator"],
		todo: "Correct the line that the reason names in the file, then run `banyan migration repair`: it moves the record too.",
		customers: NOT_MOVED
	},
	conflict: {
		kind: "quarantine",
		severity: "act",
		says: "{records} met another of that name at the target, and `conflict: fail` leaves both as they are.",
		means: "The target held a record of that name before the run, and it is not as the source's would be.",
		whom: ["operator", "reseller"],
		todo: "Decide whose it is: rename or remove the one at the target, or plan anew with `conflict: overwrite`; then run `banyan migration repair`.",
		customers: NOT_MOVED
	},
	name_taken: {
		kind: "quarantine",
		severity: "act",
		says: "{records} would have the name that another record of the source already has at the target.",
		means: "Two records of the source come to one name at the target, which may fold capitals. The first one keeps it.",
		whom: ["operator", "reseller"],
		todo: "Rename one of the two at the source, then run `banyan migration repair`.",
		customers: NOT_MOVED
	},
	target_refused: {
		kind: "quarantine",
		severity: "act",
		says: "{records} [was|were] refused by the target.",
		means: "The target answered that it does not take this record; its own words are in the reason.",
		whom: ["operator"],
		todo: "Mend at the source what the reason names, then run `banyan migration repair`.",
		customers: NOT_MOVED
	},
	target_failed: {
		kind: "quarantine",
		severity: "act",
		says: "{records} could not be written: the target failed on [it|them] each time, or the run was stopped within the write.",
		means:
			"The target answered with an error of its own, again and again. What of the record stands there, the reason says.",
		whom: ["operator"],
		todo: "Look into the target's log for that name, then run `banyan migration repair`.",
		customers: NOT_MOVED
	}
} as const satisfies Meanings;

const OUTCOMES = {
	skipped: {
		kind: "outcome",
		severity: "act",
		says: "{records} [was|were] not moved: the target holds another of that name, and `conflict: skip` leaves it.",
		means:
			"A record of that name stood at the target before the run and is not as the source's would be. It was not touched.",
		whom: ["operator", "reseller"],
		todo: "Compare the two. Is the target's right? Then there is nothing to do. Otherwise plan under another name with `conflict: overwrite`.",
		customers: NOT_MOVED
	},
	removed: {
		kind: "outcome",
		severity: "info",
		says: "{records} [was|were] moved, then deleted at the source, and [has|have] been taken away at the target as well.",
		means:
			"Two complete listings of the source did not name the record any more; the one at the target was still ours.",
		whom: ["operator"],
		todo: "Nothing."
	}
} as const satisfies Meanings;

const DIFFERENCES = {
	missing: {
		kind: "difference",
		severity: "act",
		says: "{records} [is|are] not at the target, though [it was|they were] moved.",
		means: "Somebody took the record away at the target after it was written.",
		whom: ["operator"],
		todo: "Should it be there? `banyan migration repair` writes it again."
	},
	different: {
		kind: "difference",
		severity: "act",
		says: "{records} [is|are] not at the target as [it|they] should be.",
		means: "Somebody changed the record at the target after it was written. It is left as they made it.",
		whom: ["operator"],
		todo: "Is the target right? Leave it. Is the source right? `banyan migration repair` writes it over."
	},
	gone: {
		kind: "difference",
		severity: "act",
		says: "{records} [was|were] moved and [is|are] not at the source any more, but [stays|stay] at the target.",
		means:
			"The last listing of the source did not name the record. One listing proves no deletion, and many deletions at once wait for a human.",
		whom: ["operator"],
		todo: "Were they deleted on purpose? `banyan migration status` counts those that wait; `banyan migration repair NAME --removals N` takes so many away."
	},
	unmapped: {
		kind: "difference",
		severity: "act",
		says: "{records} [was|were] moved, then changed at the source so that [it|they] cannot be moved any more.",
		means: "The record at the target is as it was before that change.",
		whom: ["operator"],
		todo: "Mend at the source what the report names, then run `banyan migration repair`."
	},
	"changed-since": {
		kind: "difference",
		severity: "act",
		says: "{records} [was|were] left by the rollback: [it is|they are] not as we wrote [it|them], or the target cannot put [it|them] back.",
		means: "A rollback changes only what is still ours, and only what the target has a way to change.",
		whom: ["operator"],
		todo: "Look at the record at the target and decide; put it back by hand where it should be."
	}
} as const satisfies Meanings;

const LOSSES = {
	made_by_unknown: {
		kind: "loss",
		severity: "info",
		says: "{records} stood at the target, just as ours would be, when the run was put back from a backup: nobody knows whether the run made [it|them].",
		means:
			"The run knows what it did until the backup was begun. Where its plan says that nobody of that name stood at the target, what stands there is the run's own; where it does not say so, the record is as it should be, and a rollback leaves it and names it.",
		whom: ["operator"],
		todo: "Nothing; after a rollback look at those that it names, and remove by hand what should not be there."
	}
} as const satisfies Meanings;

export const COMMON = { ...LOSSES, ...QUARANTINES, ...OUTCOMES, ...DIFFERENCES } as const satisfies Meanings;
