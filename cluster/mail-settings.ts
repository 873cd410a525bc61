/** Where letters are given to be delivered, read from the environment. */

import { readFileSync } from "node:fs";
import { readSmtp, SMTP_FORM, type SmtpAddress } from "../adapters/mail/address";
import { type Environment, SettingError } from "./environment";
import { fileIn } from "./files";
import type { SmtpServer } from "./settings";
import { read } from "./variables";

/** Null: there is none, and letters are files of the data folder. @throws SettingError */
export function smtpIn(environment: Environment): SmtpServer | null {
	const address = addressIn(environment);
	const mayBeOpen = read(environment, "SMTP_INSECURE") === "yes";
	return address && { ...address, mayBeOpen };
}

function addressIn(environment: Environment): SmtpAddress | null {
	const [given, file] = [read(environment, "SMTP_URL"), fileIn(environment, "SMTP_URL_FILE")];
	if (given && file !== null) throw new SettingError("SMTP_URL and SMTP_URL_FILE are both set: take one of them away.");
	if (file === null) return given;
	const address = readSmtp(readFileSync(file, "utf8").trim());
	if (address) return address;
	throw new SettingError(`SMTP_URL_FILE='${file}' holds no address of a mail server: it must be ${SMTP_FORM}.`);
}
