/** Where people reach this server: in letters, in redirect URIs, as the origin of passkeys. */

import { gateway } from "../contracts/platform/gateway";
import { settingsFor, settingsOf } from "./settings";

const PORT = 8000;

/** An origin, without a slash at its end. */
export function publicUrlOf(broker: object): string {
	const { publicUrl } = settingsFor(broker, gateway);
	return publicUrl || `http://localhost:${settingsOf(broker).gateway?.port || PORT}`;
}
