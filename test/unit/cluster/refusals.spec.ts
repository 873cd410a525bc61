/** What a caller is told of a value that is none of those that are allowed, however deep it stands. */

import { LateValidator } from "../../../cluster/validator";
import { type Schema, strict } from "../../../contracts/schema";

const colour = { type: "enum", values: ["red", "green"] } as const;

it.each<[string, Schema, object]>([
	["colour", { colour }, { colour: "blue" }],
	["colours[1]", { colours: { type: "array", items: colour } }, { colours: ["red", "blue"] }],
	["wall.colour", { wall: { type: "object", props: { colour } } }, { wall: { colour: "blue" } }],
	["walls.north", { walls: { type: "record", value: colour } }, { walls: { north: "blue" } }],
	["either", { either: ["number", colour] }, { either: "blue" }]
])("%s", (field, schema, value) => {
	const faults = new LateValidator().compile(strict(schema) as never)(value as never);
	expect(faults).toContainEqual(
		expect.objectContaining({ field, message: `The '${field}' field is none of its allowed values: red, green.` })
	);
});
