/** The forms in which a command writes what it found. */

export const LINK_FORMATS = ["nginx", "caddy", "csv"] as const;
export type LinkFormat = (typeof LINK_FORMATS)[number];

export const REPORT_FORMATS = ["ndjson", "json", "html"] as const;
