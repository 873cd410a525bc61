/** Letters as files, where no mail server is named: one .eml a letter, for the operator alone. */

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type * as Nodemailer from "nodemailer";
import { makeFolder } from "../folder";
import { writeOwnFile } from "../own-file";
import { type Letter, messageOf, type Post } from "./letter";

/** Whoever wants to keep more has a mail server. */
const MOST = 1_000;

/** Written twice it is one file. */
export const folderPost =
	(dir: string): Post =>
	async letter => {
		// A node that sends nothing does without it.
		const { createTransport }: typeof Nodemailer = require("nodemailer");
		const { message } = await createTransport({ streamTransport: true, buffer: true, newline: "unix" }).sendMail(
			messageOf(letter)
		);
		makeFolder(dir);
		writeOwnFile(join(dir, nameOf(letter)), Buffer.isBuffer(message) ? message : "");
		for (const name of files(dir).slice(0, -MOST)) rmSync(join(dir, name), { force: true });
	};

/** By time, then by letter. */
const nameOf = ({ at, messageId }: Letter): string =>
	`${new Date(at).toISOString().replace(/[:.]/g, "-")}-${messageId.replace(/[^\w-]/g, "").slice(0, 12)}.eml`;

const files = (dir: string): string[] =>
	readdirSync(dir)
		.filter(name => name.endsWith(".eml"))
		.sort();
