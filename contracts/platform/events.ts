/** events: what became of durable events, and a second try for those that a service could not deal with. */

import { action, contract } from "../contract";
import { behalf } from "../people";
import { shape, type ValueOf } from "../schema";

export const deadLetter = shape(
	"DeadLetter",
	{
		id: "string",
		service: { type: "string", summary: "Which could not deal with it." },
		event: "string",
		key: { type: "string", summary: "What orders it: events of one key are delivered in their order." },
		payload: "json",
		announcedAt: { type: "string", summary: "ISO 8601, UTC." },
		laidAsideAt: { type: "string", summary: "ISO 8601, UTC." },
		tries: "number",
		reason: { type: "string", summary: "What the last try ended with." },
		correlationId: { type: "string", optional: true, summary: "Of what it was announced for." },
		behalf: { ...behalf, optional: true }
	},
	"A durable event that a service could not deal with. It is delivered no more, until it is replayed; what was announced after it goes on."
);
export type DeadLetter = ValueOf<typeof deadLetter>;

const example: DeadLetter = {
	id: "0b7c5a52-4f0e-4a0c-9d57-3c0f4f3f2c11",
	service: "idempotency",
	event: "access.revoked",
	key: "k-7f3a",
	payload: { id: "k-7f3a" },
	announcedAt: "2026-11-21T09:00:00.000Z",
	laidAsideAt: "2026-11-21T09:02:10.000Z",
	tries: 8,
	reason: "STORE_FULL: The store cannot grow: the disk is full.",
	correlationId: "1f6f3c1e-7d6a-4a55-9d0e-6a4f2f5f9c11",
	behalf: { id: "person:5b1f4a30-2f57-4a0e-9a25-7c3d1a0f6b42", kind: "person" }
};

const READ = "events:read";
const WRITE = "events:write";
const which = {
	id: { type: "string", min: 1, max: 200, optional: true, summary: "One of them." },
	service: { type: "string", min: 1, max: 100, optional: true, summary: "All of this service." }
} as const;

export const events = contract("platform", "events", {
	chapter: "Events",
	stores: ["announcements"],
	scopes: {
		"events:read": "look at events that a service could not deal with",
		"events:write": "have events delivered once more, or drop them"
	},
	errors: {
		DEAD_LETTER_NOT_FOUND: {
			status: 404,
			title: "No such dead letter",
			means: "No event with this id is laid aside; it may have been replayed or dropped.",
			todo: "Look at `GET /api/v1/events/dead-letters`."
		},
		LISTENER_NOT_FOUND: {
			status: 422,
			title: "No service of this name listens to durable events",
			means: "No node ever ran a service of this name that listens to durable events.",
			todo: "Correct the name."
		}
	},
	settings: {
		tries: {
			variable: "EVENT_TRIES",
			rule: "number|integer|min:1|max:100|default:8",
			summary: "how often a durable event is delivered to a service that fails, before it is laid aside"
		},
		firstMs: {
			variable: "EVENT_RETRY_FIRST",
			rule: "number|integer|min:1|max:600000|default:1000",
			summary: "the first wait before a durable event is delivered again; doubles with each",
			unit: "ms"
		},
		mostMs: {
			variable: "EVENT_RETRY_MOST",
			rule: "number|integer|min:1|max:3600000|default:60000",
			summary: "the longest wait before that",
			unit: "ms"
		},
		longestMs: {
			variable: "EVENT_TIMEOUT",
			rule: "number|integer|min:100|max:3600000|default:60000",
			summary: "how long a service may take for one durable event, before that try counts as failed",
			unit: "ms"
		}
	},
	metrics: {
		delivered: {
			type: "counter",
			name: "banyan.events.delivered",
			labels: ["service", "event"],
			summary: "Durable events that a service dealt with."
		},
		retried: {
			type: "counter",
			name: "banyan.events.retried",
			labels: ["service", "event"],
			summary: "Deliveries of durable events that failed and were tried again."
		},
		laid: {
			type: "counter",
			name: "banyan.events.laid_aside",
			labels: ["service", "event"],
			summary: "Durable events that a service could not deal with."
		},
		depth: {
			type: "gauge",
			name: "banyan.events.depth",
			labels: ["service"],
			expires: 60,
			summary: "Durable events that wait for a service, on the node that delivers them."
		},
		dead: {
			type: "gauge",
			name: "banyan.events.dead_letters",
			labels: ["service"],
			summary: "Durable events that are laid aside until somebody decides."
		}
	},
	actions: {
		deadLetters: action({
			summary: "Events that a service could not deal with, the oldest first.",
			permission: READ,
			rest: "GET /events/dead-letters",
			reads: true,
			params: {
				service: which.service,
				limit: { type: "number", integer: true, min: 1, max: 1000, default: 100, convert: true }
			},
			result: { type: "array", items: deadLetter },
			example: { params: {}, result: [example] }
		}),
		replay: action({
			summary:
				"Delivers one event that was laid aside once more, or all of a service: behind what was announced since.",
			permission: WRITE,
			rest: "POST /events/dead-letters/replay",
			params: which,
			result: { type: "array", items: deadLetter },
			example: { params: { id: example.id }, result: [example] }
		}),
		drop: action({
			summary: "Forgets one event that was laid aside, or all of a service: it is never delivered.",
			permission: WRITE,
			rest: "POST /events/dead-letters/drop",
			params: which,
			result: { type: "array", items: deadLetter },
			example: { params: { id: example.id }, result: [example] }
		}),
		again: action({
			summary:
				"Delivers to a service once more what was announced after a position: all it listens to, or of one event or key. Answers how many there are, and the position of the last, for the next call.",
			permission: WRITE,
			rest: "POST /events/replay",
			params: {
				service: "string|min:1|max:100",
				event: "string|optional|min:1|max:200",
				key: "string|optional|min:1|max:500",
				after: { type: "string", pattern: "^\\d{1,15}$", default: "0", summary: "A position; 0: from the beginning." },
				limit: { type: "number", integer: true, min: 1, max: 10_000, default: 1000 }
			},
			result: shape("Replayed", {
				delivered: "number",
				after: { type: "string", summary: "The position of the last one." },
				more: "boolean"
			}),
			example: {
				params: { service: "idempotency", key: "k-7f3a" },
				result: { delivered: 1, after: "4711", more: false }
			}
		}),
		waiting: action({
			summary: "How many events are laid aside.",
			internal: ["gateway"],
			reads: true,
			params: {},
			result: "number"
		})
	},
	events: {}
});
