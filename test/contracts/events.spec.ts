import { eventShapes, recordedSchemas, versionsNow } from "../../scripts/event-schemas";

const shapes = eventShapes();
const recorded = recordedSchemas();

const REMEDY =
	"add an upcaster to domain/migration/versions.ts that takes the data from the version before to this one, then `npm run events`";

it.each([...versionsNow()])(
	"an event '%s' is what its version %i says: its type changes with a new version",
	(event, version) => {
		const versions = recorded[event] ?? [];
		const shape = shapes[event];
		if (versions.length !== version || versions.at(-1) !== shape)
			throw new Error(
				`'${event}' of version ${version} is not as it was recorded: ${REMEDY}.\n${versions.at(-1)}\n${shape}`
			);
	}
);

it("no version that was ever stored is forgotten", () => {
	expect(Object.keys(recorded).sort()).toEqual([...versionsNow().keys()].sort());
	expect(Object.keys(shapes).sort()).toEqual([...versionsNow().keys()].sort());
});
