import fc from "fast-check";

/** Any code point, half ones too, as `unit: "binary"` of a text: that builds a table of all of them first, for a second in each suite. */
export const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map(point => String.fromCodePoint(point));
