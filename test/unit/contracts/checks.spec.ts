import { checked } from "../../../contracts/checks";
import { action, type Contract, contract } from "../../../contracts/contract";
import { JOB_PARAMS } from "../../../contracts/jobs";

const parts = {
	scopes: { "notes:read": "look at notes" },
	errors: { NOTE_NOT_FOUND: { status: 404, title: "No such note", means: "It is gone.", todo: "Look at the list." } },
	settings: { most: { variable: "NOTES", rule: "number|default:10", summary: "notes" } },
	metrics: { made: { type: "counter", name: "banyan.notes.made", summary: "Notes." } }
} as const;
const get = {
	summary: "It.",
	permission: "notes:read",
	rest: "GET /notes",
	params: {},
	result: "string",
	example: { params: {}, result: "a" }
} as const;
const notes = contract("community", "notes", { ...parts, actions: { get: action(get) } });
const other = (
	brought: object,
	spec: object = { summary: "It.", internal: [], params: {}, result: "null" }
): Contract => contract("commerce", "posts", { ...brought, actions: { get: action(spec as never) } }) as Contract;

const refusing =
	(...contracts: unknown[]) =>
	() =>
		checked(
			contracts as Contract[],
			{ TIMED_OUT: parts.errors.NOTE_NOT_FOUND },
			{ all: { ...parts.settings.most, variable: "ALL" } }
		);

it("a durable event is ordered by a field of its payload", () => {
	const parts = { actions: {}, events: { made: { id: "string" } }, durable: { made: { key: "name" } } };
	const unordered = contract("commerce", "posts", parts as never);
	expect(refusing(unordered)).toThrow(
		"posts.events.made is ordered by 'name', which its payload does not have: correct its `durable`."
	);
});

describe("contracts", () => {
	it("that keep to themselves are taken", () => {
		expect(refusing(notes, other({}))).not.toThrow();
	});

	it.each<[object, string]>([
		[{ scopes: parts.scopes }, "notes and posts both have the scope 'notes:read': give one of them another."],
		[{ errors: parts.errors }, "notes and posts both have the error code 'NOTE_NOT_FOUND': give one of them another."],
		[
			{ errors: { TIMED_OUT: parts.errors.NOTE_NOT_FOUND } },
			"posts and contracts/errors.ts both have the error code 'TIMED_OUT': give one of them another."
		],
		[{ settings: parts.settings }, "notes and posts both have the variable 'NOTES': give one of them another."],
		[
			{ settings: { a: { ...parts.settings.most, variable: "ALL" } } },
			"posts and contracts/limits.ts both have the variable 'ALL': give one of them another."
		],
		[{ metrics: parts.metrics }, "notes and posts both have the metric 'banyan.notes.made': give one of them another."],
		[
			{ settings: { a: { variable: "A", rule: "number", summary: "a" } } },
			"The setting a of posts has no default: a node starts without any setting."
		]
	])("that claim what is another's, or lack something, are refused: %j", (brought, sentence) => {
		expect(refusing(notes, other(brought))).toThrow(sentence);
	});

	it("of one name are refused", () => {
		expect(refusing(notes, contract("platform", "notes", { actions: {} }))).toThrow(
			"community/notes and platform/notes both have the name 'notes': give one of them another."
		);
	});

	const { example: _, ...unshown } = get;
	it.each<[object, string]>([
		[unshown, "posts.get has no example: state `example`, with params and a result"],
		[
			{ summary: "It.", internal: ["nots"], params: {}, result: "null" },
			"posts.get is for 'nots', and no contract has that name: correct its `internal`."
		],
		[{ ...get, answers: ["json", "sse"] }, "posts.get states one of `live` and the answer `sse`: they go together."],
		[
			{ ...get, answers: ["sse"], live: { wakes: "changed", by: "id", line: "log" } },
			"posts.get wakes on the event 'changed', which its contract does not have: correct its `live`."
		]
	])("with an action that lacks something are refused: %j", (spec, sentence) => {
		expect(refusing(notes, other({}, spec))).toThrow(sentence);
	});

	it.each<[string, object, string]>([
		["no summary", { summary: undefined }, "posts.get has no `summary`: state it in the contract."],
		["an empty summary", { summary: "" }, "posts.get has no `summary`: state it in the contract."],
		["no params", { params: undefined }, "posts.get has no `params`: state it in the contract."],
		["no result", { result: undefined }, "posts.get has no `result`: state it in the contract."],
		[
			"a type that is none",
			{ params: { text: "strnig" } },
			"posts.get has a rule of the type 'strnig' at params.text: write one of string, uuid,"
		],
		[
			"one deep in it",
			{ result: { type: "object", props: { tags: { type: "array", items: "strnig" } } } },
			"posts.get has a rule of the type 'strnig' at result.tags[]: write one of string, uuid,"
		],
		["one in a list", { result: ["null", "toString[]"] }, "posts.get has a rule of the type 'toString' at result[]:"],
		["a field without a rule", { params: { text: undefined } }, "posts.get has no rule at params.text: state one,"],
		["a field with a rule of no type", { params: { text: { min: 1 } } }, "posts.get has no rule at params.text: state"],
		[
			"an option that is none",
			{ params: { text: "string|mn:1" } },
			"posts.get has a rule with the option 'mn' at params.text, which the type string does not have: write one of min,"
		],
		[
			"a location by a field that is not answered",
			{ location: "/posts/:idx", result: { type: "object", props: { id: "string" } } },
			"posts.get has the location \"/posts/:idx\", and its result has no field 'idx': name one of id."
		],
		[
			"a location of what has no fields",
			{ location: "/posts/:id" },
			"posts.get has the location \"/posts/:id\", and its result has no field 'id': name one of none."
		],
		["a location within nothing", { location: "posts" }, 'posts.get has the location "posts": begin it with /,'],
		[
			"what is live by a field of nothing",
			{ answers: ["sse"], live: { wakes: "made", by: "name", line: "log" } },
			"posts.get goes on live by the field 'name', which its params and the event 'made' do not both have"
		]
	])("with an action of %s are refused", (_, wrong, sentence) => {
		const posts = contract("commerce", "posts", {
			actions: { get: action({ ...get, ...wrong } as never) },
			events: { made: { id: "string" } }
		});
		expect(refusing(notes, posts)).toThrow(sentence);
	});

	const setting = parts.settings.most;
	it.each<[object, string]>([
		[{ settings: { a: { ...setting, summary: undefined } } }, "posts.settings.a has no `summary`: state it"],
		[{ settings: { a: { ...setting, variable: undefined } } }, "posts.settings.a has no `variable`: state it"],
		[
			{ settings: { a: { ...setting, rule: "numbr|default:1" } } },
			"posts.settings.a has a rule of the type 'numbr' at rule:"
		],
		[{ settings: { a: { ...setting, variable: "Posts" } } }, "has the variable 'Posts': write capitals, digits and _."],
		[
			{ errors: { GONE: { status: 404, title: "Gone", means: "It is." } } },
			"posts.errors.GONE has no `todo`: state it"
		],
		[
			{ metrics: { took: { type: "histogram", name: "a", summary: "A.", unit: "ms" } } },
			"posts.metrics.took has `buckets` and a `unit` where it is a histogram, and only there: correct it."
		],
		[
			{ metrics: { made: { type: "counter", name: "a", summary: "A.", expires: 9 } } },
			"posts.metrics.made `expires`, and is no gauge: what was counted stays counted."
		],
		[{ metrics: { made: { type: "counter", name: "a" } } }, "posts.metrics.made has no `summary`: state it"],
		[{ events: { made: { id: "strnig" } } }, "posts.events.made has a rule of the type 'strnig' at payload.id: write"],
		...["GATEWAY_PORT", "NAMESPACE", "SERVICES"].map((variable): [object, string] => [
			{ settings: { a: { ...setting, variable } } },
			`posts and contracts/node-variables.ts both have the variable '${variable}': give one of them another.`
		]),
		...["PATH", "HOME", "NODE_OPTIONS", "BANYAN_SECRET_A", "TMPDIR", "LD_PRELOAD"].map((variable): [object, string] => [
			{ settings: { a: { ...setting, variable } } },
			`The setting a of posts has the variable '${variable}', which is `
		])
	])("that leave out what is needed, or take what is not theirs, are refused: %j", (brought, sentence) => {
		expect(refusing(notes, other(brought))).toThrow(sentence);
	});
});

describe("what is for people", () => {
	const own = (spec: object): Contract => other({}, { ...get, rest: "GET /posts", permission: "person", ...spec });

	it.each(["userId", "user_id", "user", "account", "accountId", "owner", "sub", "personId", "actor"])(
		"acts for whoever is signed in: no field '%s' says for whom (A6)",
		field => {
			expect(refusing(own({ params: { [field]: "string|optional" } }))).toThrow(
				`posts.get has the field '${field}', and acts for whoever is signed in: leave it out, and ask \`personOf(ctx.meta)\` (A6).`
			);
			expect(refusing(notes, own({ permission: "notes:read", params: { [field]: "string" } }))).not.toThrow();
		}
	);

	it("alone asks for a proof that is fresh", () => {
		expect(refusing(own({ fresh: 60 }))).not.toThrow();
		expect(refusing(other({}, { ...get, rest: "GET /posts", permission: "public", fresh: 60 }))).toThrow(
			"posts.get asks for a proof that is no older than so many seconds (`fresh`), and is not for people"
		);
	});

	it.each([{ stale: 60 }, { cache: { seconds: 1, until: [] } }, { shared: true }])(
		"is kept for nobody else: %j",
		kept => {
			expect(refusing(own(kept))).toThrow("posts.get answers each person with their own, and keeps it for others");
		}
	);

	it("has cookies that can be named", () => {
		expect(refusing(own({ cookies: ["session"] }))).not.toThrow();
		expect(refusing(own({ cookies: ["a b"] }))).toThrow(
			"posts.get has the cookie 'a b': write small letters, digits and -."
		);
	});
});

describe("a job", () => {
	const sweep = { summary: "It.", internal: ["scheduler"], idempotent: true, params: {}, result: "number" };
	const nightly = {
		summary: "It.",
		cron: "30 2 * * *",
		zone: "Europe/Berlin",
		missed: "once",
		lost: "again",
		action: "sweep"
	};
	const scheduler = contract("platform", "scheduler", { actions: {} });
	const doing = (job: object, spec: object = sweep) =>
		refusing(
			scheduler,
			contract("commerce", "posts", { actions: { sweep: spec }, jobs: { nightly: { ...nightly, ...job } } } as never)
		);

	it.each(["* * * * *", "*/5 0-6,22 1,15 */3 1-5", "59 23 31 12 7", "0-30/10 * * * 0"])(
		"of a time as cron writes it is taken: %s",
		cron => {
			expect(doing({ cron })).not.toThrow();
		}
	);

	it.each([
		["* * * *", "five fields"],
		["* * * * * *", "five fields"],
		["*  * * * *", "five fields"],
		["@daily", "five fields"],
		["60 * * * *", "whose minute is '60'"],
		["* 24 * * *", "whose hour is '24'"],
		["* * 0 * *", "whose day of the month is '0'"],
		["* * * 13 *", "whose month is '13'"],
		["* * * JAN *", "whose month is 'JAN'"],
		["* * * * 8", "whose day of the week is '8'"],
		["*/0 * * * *", "whose minute is '*/0'"],
		["*/60 * * * *", "whose minute is '*/60'"],
		["5/10 * * * *", "whose minute is '5/10'"],
		["30-10 * * * *", "whose minute is '30-10'"],
		["1,,2 * * * *", "whose minute is '1,,2'"],
		["-1 * * * *", "whose minute is '-1'"],
		["? * * * *", "whose minute is '?'"]
	])("of another is refused, with what is wrong: %s", (cron, words) => {
		expect(doing({ cron })).toThrow(`The job nightly of posts has the cron "${cron}"`);
		expect(doing({ cron })).toThrow(words);
	});

	it.each(["Europe/Berlln", "EST", "+01:00", "europe/berlin", "UTC ", "Etc/"])("in no zone is refused: '%s'", zone => {
		expect(doing({ zone })).toThrow(`The job nightly of posts has the zone '${zone}', which is none`);
	});

	it.each<[object, object, string]>([
		[{ action: "swep" }, sweep, "does 'swep', which its contract does not have"],
		[{}, { ...sweep, internal: ["gateway"] }, "does 'sweep', which is not for the scheduler"],
		[{}, { ...sweep, params: { name: "string" } }, "has other params than `for`"],
		[{ missed: "all" }, sweep, "which does not hear for which"],
		[{}, { ...sweep, idempotent: undefined }, "twice is not once"],
		[{ summary: "" }, sweep, "posts.jobs.nightly has no `summary`"]
	])("that cannot be done is refused: %j", (job, spec, words) => {
		expect(doing(job, spec)).toThrow(words);
	});

	it("that is told when it is lost may be one that twice is not once, and each time may be told to it", () => {
		expect(doing({ lost: "told" }, { ...sweep, idempotent: undefined })).not.toThrow();
		expect(doing({ missed: "all" }, { ...sweep, params: JOB_PARAMS })).not.toThrow();
	});
});
