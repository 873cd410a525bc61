/** A system's streams by name. */

import { own } from "../domain/own";
import { ConnectorError } from "./connector";

/** @throws ConnectorError `not-a-stream`, which names those that there are */
export function streamNamed<S>(title: string, streams: Readonly<Record<string, S>>, name: string): S {
	const found = own(streams, name);
	if (found !== undefined) return found;
	const names = Object.keys(streams).join(", ");
	throw new ConnectorError("not-a-stream", `${title} has no stream '${name}'; it has: ${names}.`);
}
