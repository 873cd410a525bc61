/** The environment of this process. What its variables mean says moleculer.config.ts. */
export const environment = (): Readonly<Record<string, string | undefined>> => process.env;
