/** The lists of a small Marzban that are neither users nor admins: hosts by tag, templates. */

import { isObject, parse, stringify, type WireObject } from "../../../connectors/http/json";
import type { Asked, Reply } from "./serve";

export interface Lists {
	hosts: Record<string, WireObject[]>;
	templates: WireObject[];
}
interface Call {
	readonly panel: { readonly lists: Lists };
	readonly asked: Asked;
	readonly name: string;
}

/** As the panel makes one for a tag that it meets for the first time. */
export const DEFAULT_HOST: WireObject = { remark: "🚀 Marz ({USERNAME})", address: "{SERVER_IP}", port: null };

export const newLists = (tags: readonly string[]): Lists => ({
	hosts: Object.fromEntries(tags.map(tag => [tag, [{ ...DEFAULT_HOST }]])),
	templates: []
});

const bodyOf = ({ text }: Asked): WireObject => {
	const body = parse(text);
	return isObject(body) ? body : {};
};
const wire = (value: WireObject | WireObject[]): Reply => ({ text: stringify(value) });
const refused = (status: number, detail: string): Reply => ({ status, json: { detail } });

function putHosts({ panel, asked }: Call): Reply {
	const body = bodyOf(asked);
	const unknown = Object.keys(body).find(tag => !(tag in panel.lists.hosts));
	if (unknown) return refused(400, `Inbound ${unknown} doesn't exist`);
	Object.assign(panel.lists.hosts, body);
	return wire(panel.lists.hosts);
}

function saveTemplate({ panel, asked, name }: Call): Reply {
	const body = bodyOf(asked);
	const { templates } = panel.lists;
	const id = name === "" ? templates.length + 1 : Number(name);
	if (templates.some(other => other.name === body.name && other.id !== id))
		return refused(409, "Template by this name already exists");
	panel.lists.templates = [...templates.filter(other => other.id !== id), { ...body, id }];
	return wire({ ...body, id });
}

export const listRoutes: Readonly<Record<string, (call: Call) => Reply>> = {
	"GET hosts": ({ panel }) => wire(panel.lists.hosts),
	"PUT hosts": putHosts,
	"GET user_template": ({ panel }) => wire(panel.lists.templates),
	"POST user_template": saveTemplate,
	"PUT user_template": saveTemplate,
	"DELETE user_template": ({ panel, name }) => {
		panel.lists.templates = panel.lists.templates.filter(({ id }) => id !== Number(name));
		return { json: null };
	}
};
