/** The stages: one admin of Marzneshin on his way to Marzban. */

import type { Violation } from "../../../contracts/migration/validator";
import type { Examples } from "./example";

const mapping = "marzneshin-to-marzban";
const reseller = { id: "7", name: "reseller-7", data: { username: "reseller-7", is_sudo: false, service_ids: [1] } };
/** What a run knows of both panels, as it was planned. */
const context = { owners: ["reseller-7"], sudoers: ["banyan"], protocols: ["vless"], noAccess: "create" };

const user = { id: "42", name: "anna", data: { username: "anna", status: "active", proxies: {} } };
const noProxy: Violation = {
	id: "42",
	category: "poison",
	field: "proxies",
	value: "{}",
	reason: "at least one proxy; without, the row breaks every listing"
};
const admin = { id: "7", name: "reseller-7", data: { username: "reseller-7", is_sudo: false } };

export const stagesExamples = {
	"extractor.page": {
		params: {
			connection: {
				connector: "marzneshin",
				url: "https://old.example.org",
				username: "banyan",
				password: `\${BANYAN_SECRET_MARZNESHIN_PASSWORD}`
			},
			stream: "admins",
			cursor: null,
			limit: 100
		},
		answer: { records: [reseller], next: null, total: 1 }
	},
	"transformer.batch": {
		params: { mapping, stream: "admins", context, records: [reseller] },
		answer: [
			{
				id: "7",
				name: "reseller-7",
				target: { name: "reseller-7", data: { username: "reseller-7", is_sudo: false } },
				losses: [
					{
						code: "service_access_gained",
						field: "service_ids",
						severity: "act",
						reason: "Marzban does not limit an admin to services: this one may open every inbound."
					}
				]
			}
		]
	},
	"transformer.mappings": {
		params: { mapping },
		answer: {
			admins: [
				{ to: "username", from: ["username"], convert: "name" },
				{ to: null, from: ["enabled"], convert: "enabled" }
			]
		}
	},
	"transformer.analyzeSchema": {
		params: { mapping, stream: "admins", records: [reseller] },
		answer: [
			{ field: "is_sudo", types: ["boolean"], present: 1, nulls: 0, to: ["is_sudo"], lost: true },
			{ field: "service_ids", types: ["array"], present: 1, nulls: 0, to: [], lost: true },
			{ field: "username", types: ["string"], present: 1, nulls: 0, to: ["username"], lost: false }
		]
	},
	"validator.batch": {
		params: { mapping, stream: "users", context, records: [user] },
		answer: [noProxy]
	},
	"validator.users": { params: { mapping, context, records: [user] }, answer: [noProxy] },
	"validator.admins": { params: { mapping, context, records: [admin] }, answer: [] },
	"validator.rules": {
		params: { mapping },
		answer: [
			{
				stream: "users",
				category: "name_refused",
				field: "username",
				says: "3 to 32 of a-z, A-Z, 0-9, _ (also - @ . after the third)"
			}
		]
	}
} satisfies Examples;
