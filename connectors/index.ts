/** Every system that a migration can take from or bring to, by the name a connection gives it. */

import { banyanSpec, openBanyan } from "./banyan";
import type { OpenSource, OpenTarget, Spec } from "./connector";
import { csvSpec, openCsv } from "./csv";
import { marzbanSpec, openMarzban } from "./marzban";
import { marzneshinSpec, openMarzneshin } from "./marzneshin";

export const sources: Readonly<Record<string, { readonly spec: Spec; readonly open: OpenSource }>> = {
	csv: { spec: csvSpec, open: openCsv },
	marzneshin: { spec: marzneshinSpec, open: openMarzneshin }
};

export const targets: Readonly<Record<string, { readonly spec: Spec; readonly open: OpenTarget }>> = {
	banyan: { spec: banyanSpec, open: openBanyan },
	marzban: { spec: marzbanSpec, open: openMarzban }
};
