/** What records are sealed with, as a backup tells of it. */

import { createHmac } from "node:crypto";

const USE = "banyan backup";
const CHARACTERS = 16;

/** The same of the same secret; it says nothing of it. */
export const marked = (secret: Buffer): string =>
	createHmac("sha256", secret).update(USE).digest("hex").slice(0, CHARACTERS);
