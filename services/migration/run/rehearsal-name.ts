/** What the dry run of a migration is called. */

const PREFIX = "dry-run of ";

export const rehearsalName = (migration: string): string => `${PREFIX}${migration}`;
export const isRehearsal = (name: string): boolean => name.startsWith(PREFIX);
