/**
 * Letters as data. What whoever asked for one wrote stands in none, but for the address itself: nobody has us send their words to
 * others. Pure.
 */

import type { Template } from "../../contracts/platform/mail";
import { html, joined, type Markup, visibleOnPage } from "../text/html";

interface Form {
	readonly subject: string;
	/** Paragraphs; one that names a field that is not there is left out. */
	readonly says: readonly string[];
	/** What its link or its token is for, and where the token goes where there is no link. */
	readonly does?: { readonly says: string; readonly at: string };
	/** Of what was done: what to do where it was somebody else. */
	readonly warns?: string;
}

const NOT_YOU = "If that was not you: change your password, and look at your sessions.";
const IGNORE = "If that was not you, do nothing: nothing changes.";

const FORMS: Readonly<Record<Template, Form>> = {
	"verify-email": {
		subject: "Confirm your e-mail address",
		says: ["Somebody registered with the address {email}."],
		does: { says: "To confirm that it is yours", at: "POST /api/v1/auth/verify-email" },
		warns: IGNORE
	},
	"confirm-email": {
		subject: "Confirm your new e-mail address",
		says: ["An account is to have the address {email}."],
		does: { says: "To confirm that it is yours", at: "POST /api/v1/auth/verify-email" },
		warns: IGNORE
	},
	"already-registered": {
		subject: "You have an account already",
		says: [
			"Somebody wanted to register with the address {email}, which has an account already. Nothing was changed.",
			"If that was you: sign in, or ask for a new password."
		]
	},
	"reset-password": {
		subject: "Choose a new password",
		says: ["Somebody asked for a new password for {email}."],
		does: { says: "To choose one", at: "POST /api/v1/auth/reset-password" },
		warns: IGNORE
	},
	invitation: {
		subject: "An account was made for you",
		says: ["Whoever runs this server made an account for you, of the address {email}."],
		does: { says: "To choose a password", at: "POST /api/v1/auth/reset-password" },
		warns: "If you do not know what this is, do nothing: nobody gets in without the password that you choose."
	},
	"password-changed": {
		subject: "Your password was changed",
		says: ["The password of the account {email} was changed.", "When: {at}"],
		warns: "If that was not you: ask for a new password at once, and look at your sessions."
	},
	"email-asked": {
		subject: "Your account is to have another e-mail address",
		says: ["Somebody who is signed in to the account {email} asked for another address. It is not changed yet."],
		warns: NOT_YOU
	},
	"email-changed": {
		subject: "Your account has another e-mail address",
		says: ["The account {email} has another address now. Letters no longer come here."],
		warns: "If that was not you: answer whoever runs this server at once."
	},
	"factor-added": {
		subject: "Your account has another way to sign in",
		says: ["Added to the account {email}: {what}", "When: {at}"],
		warns: NOT_YOU
	},
	"factor-removed": {
		subject: "A way to sign in to your account was removed",
		says: ["Removed from the account {email}: {what}", "When: {at}"],
		warns: NOT_YOU
	},
	"recovery-used": {
		subject: "A recovery code was used",
		says: ["Somebody signed in to the account {email} with a recovery code. It does not count any more.", "When: {at}"],
		warns: NOT_YOU
	},
	"login-linked": {
		subject: "Your account can be signed in to elsewhere",
		says: ["The account {email} can be signed in to by: {what}", "When: {at}"],
		warns: NOT_YOU
	},
	"sessions-ended": {
		subject: "A session was ended, since its token was used twice",
		says: [
			"A token of the account {email} was used twice, as when somebody copied it. That session was ended on its device: sign in again.",
			"Device: {device}",
			"When: {at}"
		],
		warns: NOT_YOU
	},
	"account-erased": {
		subject: "Your account was deleted",
		says: ["The account {email} was deleted, and what was kept of it. This is the last letter."]
	},
	welcome: {
		subject: "You have a profile now",
		says: [
			"Your account {email} has a profile, which is called {handle} until you choose another handle.",
			"Others find it by that, and by your name; you can make it private."
		]
	}
};

export type Fields = Readonly<Record<string, string>>;
export interface Written {
	readonly subject: string;
	readonly text: string;
	readonly html: string;
}

/** @param publicUrl where people reach this server; empty: nobody said */
export function written(template: Template, fields: Fields, publicUrl: string): Written {
	const { subject, says, does, warns } = FORMS[template];
	const paragraphs = says.flatMap(each => filled(each, fields) ?? []);
	const parts: Part[] = [
		...paragraphs.map(says => ({ says })),
		...(does ? action(does, fields, publicUrl) : []),
		...(warns === undefined ? [] : [{ says: warns }])
	];
	return { subject, text: `${parts.map(asText).join("\n\n")}\n`, html: page(subject, parts) };
}

interface Part {
	readonly says: string;
	readonly link?: string;
	readonly token?: string;
}

/** A link where somebody can follow one; the token, and where it goes, where not. */
function action({ says, at }: NonNullable<Form["does"]>, fields: Fields, publicUrl: string): Part[] {
	const { link, token } = fields;
	const to = link === undefined ? undefined : absolute(link, publicUrl);
	if (to !== undefined) return [{ says: `${says}, open this link:`, link: to }];
	return token === undefined ? [] : [{ says: `${says}, give this token to \`${at}\`:`, token: plain(token) }];
}

function absolute(link: string, publicUrl: string): string | undefined {
	const to = /^https?:\/\//.test(link) ? link : `${publicUrl}${link}`;
	return /^https?:\/\//.test(to) && URL.canParse(to) ? new URL(to).href : undefined;
}

/** Undefined where it names a field that is not there. */
function filled(sentence: string, fields: Fields): string | undefined {
	const lacks = [...sentence.matchAll(/\{(\w+)\}/g)].some(([, name = ""]) => !fields[name]);
	return lacks ? undefined : sentence.replace(/\{(\w+)\}/g, (_, name: string) => plain(fields[name] ?? ""));
}

const MOST_LETTERS = 320;
/** One line, nothing that steers what shows it. */
const plain = (text: string): string => visibleOnPage(text.replace(/\s+/g, " ")).slice(0, MOST_LETTERS);

const asText = ({ says, link, token }: Part): string =>
	[says.replaceAll("`", ""), link ?? token].filter(Boolean).join("\n\n");

const asMarkup = ({ says, link, token }: Part): Markup =>
	html`<p>${says.replaceAll("`", "")}</p>${link === undefined ? null : html`<p><a href="${link}">${link}</a></p>`}${
		token === undefined ? null : html`<p><code>${token}</code></p>`
	}`;

const page = (subject: string, parts: readonly Part[]): string =>
	html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${subject}</title></head><body>${joined(
		parts.map(asMarkup),
		"\n"
	)}</body></html>\n`.toString();
