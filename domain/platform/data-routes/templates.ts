/** Paths as data: words and fields, no expressions. Pure. */

/** A word as people read it, or a field by its name. */
export type Segment =
	| { readonly word: string; readonly field?: undefined }
	| { readonly field: string; readonly word?: undefined };
export type Template = readonly Segment[];

const MOST_SEGMENTS = 16;
const FIELD = /^:[A-Za-z][A-Za-z0-9_]{0,39}$/;

const FAULTS: readonly (readonly [RegExp, string])[] = [
	[/^(?!\/)/, "It begins with /."],
	[/\/\//, "It has an empty segment."],
	[/\/\.{1,2}(?:\/|$)/, "It has dot segments."],
	[/[?#\\]/, "It ends before the query: no ?, # or \\."],
	[/%/, "Write it as people read it: nothing in it is percent-encoded."],
	[/[\p{Cc}\p{Z}]/u, "It has white space or control characters."],
	[/[()[\]{}*+|^$]/, "There are no expressions in a path: a segment is a word, or a field as `:name`."]
];

/** What is wrong with it, or undefined. */
export function templateFault(path: string): string | undefined {
	const fault = FAULTS.find(([pattern]) => pattern.test(path))?.[1];
	if (fault !== undefined) return fault;
	const segments = path.slice(1).split("/");
	if (segments.length > MOST_SEGMENTS) return `It has more than ${MOST_SEGMENTS} segments.`;
	const odd = segments.find(segment => segment.includes(":") && !FIELD.test(segment));
	if (odd !== undefined) return `The segment '${odd}' is no field: a field is \`:name\`, letters, digits and _.`;
	const fields = segments.filter(segment => segment.startsWith(":"));
	const twice = fields.find((field, index) => fields.indexOf(field) !== index);
	return twice && `It has the field '${twice.slice(1)}' twice.`;
}

/** Of a path that has no fault. */
export const templateOf = (path: string): Template =>
	path
		.slice(1)
		.split("/")
		.map(segment => (segment.startsWith(":") ? { field: segment.slice(1) } : { word: segment.normalize("NFC") }));

/** The segments of a path as it was sent; undefined where it cannot be read. */
export function segmentsOf(path: string): string[] | undefined {
	const segments = path.slice(1).split("/");
	if (segments.length > MOST_SEGMENTS) return undefined;
	if (!path.includes("%")) return segments;
	try {
		return segments.map(segment => decodeURIComponent(segment).normalize("NFC"));
	} catch {
		return undefined;
	}
}

/** What fields are called does not tell two paths apart. */
export const claimOf = (template: Template): string =>
	template.map(({ word }) => (word === undefined ? ":" : `/${word}`)).join("/");

const meet = (one: Segment | undefined, other: Segment | undefined): boolean =>
	one !== undefined &&
	other !== undefined &&
	(one.word === undefined || other.word === undefined || one.word === other.word);

/** Is there a path that both match? A field is never empty. */
export const overlap = (one: Template, other: Template): boolean =>
	one.length === other.length && one.every((segment, index) => meet(segment, other[index]));

/** Is there a path that it matches, and that begins so? */
export const beginsWith = (template: Template, prefix: Template): boolean =>
	template.length >= prefix.length && prefix.every((segment, index) => meet(segment, template[index]));
