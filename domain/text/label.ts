/** Text in the exposition format of Prometheus. Pure. */

import { showing, visible } from "./visible";

/** The format has an escape for the end of a line, and takes a carriage return for text. */
const visibleLabel = showing("\\r\\n");

/** The value of a label, between its quotes. */
export const labelValue = (text: string): string =>
	visibleLabel(text).replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");

/** What is said of a metric, behind `# HELP`. */
export const helpText = (text: string): string => visible(text.replace(/\s+/g, " ")).replace(/\\/g, "\\\\");
