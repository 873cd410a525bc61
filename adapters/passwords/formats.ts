/**
 * Stored hashes of other systems, each told by its whole shape, never by its prefix alone: passlib and Kratos write
 * `$scrypt$ln=` and mean other numbers, `$pbkdf2-sha256$` and order it otherwise. What has no known shape is no hash.
 */

import { createHmac } from "node:crypto";
import { adaptedBase64, base64, base64Url, hex } from "./encodings";
import {
	asBase64,
	asHex,
	byArgon2,
	byBcrypt,
	byFirebase,
	byMd5Crypt,
	byPbkdf2,
	byPhpass,
	byPlain,
	bySalted,
	byScrypt,
	byShaCrypt,
	bySsha,
	type Read,
	type StoredHash,
	sha256,
	verbatim
} from "./readers";

interface Format {
	/** Whose it is: `django-pbkdf2`. */
	readonly format: string;
	readonly shape: RegExp;
	readonly read: Read;
}

const ARGON2 = String.raw`\$(?<kind>argon2(?:id|i|d))(?:\$v=19)?\$m=(?<m>\d{1,9}),t=(?<t>\d{1,6}),p=(?<p>\d{1,3})\$(?<salt>[A-Za-z0-9+/]+=*)\$(?<sum>[A-Za-z0-9+/]+=*)`;
const BCRYPT = String.raw`\$2[aby]\$(?<work>\d\d)\$(?<salt>[./A-Za-z0-9]{22})(?<sum>[./A-Za-z0-9]{31})`;
const whole = (shape: string): RegExp => new RegExp(`^(?:${shape})$`);

/** One hash has one shape: a test holds each fixture against all of them. */
const FORMATS: readonly Format[] = [
	{ format: "argon2", shape: whole(ARGON2), read: byArgon2 },
	{ format: "django-argon2", shape: whole(`argon2${ARGON2}`), read: byArgon2 },
	{ format: "bcrypt", shape: whole(BCRYPT), read: byBcrypt() },
	{ format: "django-bcrypt", shape: whole(`bcrypt\\$${BCRYPT}`), read: byBcrypt() },
	{
		format: "django-bcrypt-sha256",
		shape: whole(`bcrypt_sha256\\$${BCRYPT}`),
		read: byBcrypt(password => asHex(sha256(password)))
	},
	{
		format: "passlib-bcrypt-sha256-v1",
		shape: /^\$bcrypt-sha256\$2[aby],(?<work>\d\d?)\$(?<salt>[./A-Za-z0-9]{22})\$(?<sum>[./A-Za-z0-9]{31})$/,
		read: byBcrypt(password => asBase64(sha256(password)))
	},
	{
		format: "passlib-bcrypt-sha256-v2",
		shape: /^\$bcrypt-sha256\$v=2,t=2[aby],r=(?<work>\d\d?)\$(?<salt>[./A-Za-z0-9]{22})\$(?<sum>[./A-Za-z0-9]{31})$/,
		read: byBcrypt((password, { salt = "" }) => asBase64(createHmac("sha256", salt).update(password).digest()))
	},
	{
		format: "django-pbkdf2",
		shape: /^pbkdf2_(?<alg>sha1|sha256)\$(?<iter>\d{1,9})\$(?<salt>[^$]+)\$(?<sum>[A-Za-z0-9+/]+=*)$/,
		read: byPbkdf2(undefined, verbatim, base64)
	},
	{
		format: "django-scrypt",
		shape: /^scrypt\$(?<n>\d{1,9})\$(?<salt>[^$]+)\$(?<r>\d{1,4})\$(?<p>\d{1,4})\$(?<sum>[A-Za-z0-9+/]+=*)$/,
		read: byScrypt(verbatim, base64)
	},
	{
		format: "django-md5",
		shape: /^md5\$(?<salt>[^$]+)\$(?<sum>[0-9a-f]{32})$/,
		read: bySalted("md5", "salt-password")
	},
	{
		format: "django-sha1",
		shape: /^sha1\$(?<salt>[^$]+)\$(?<sum>[0-9a-f]{40})$/,
		read: bySalted("sha1", "salt-password")
	},
	{
		format: "werkzeug-scrypt",
		shape: /^scrypt:(?<n>\d{1,9}):(?<r>\d{1,4}):(?<p>\d{1,4})\$(?<salt>[^$]+)\$(?<sum>[0-9a-f]+)$/,
		read: byScrypt(verbatim, hex)
	},
	{
		format: "werkzeug-pbkdf2",
		shape: /^pbkdf2:(?<alg>sha1|sha256|sha512):(?<iter>\d{1,9})\$(?<salt>[^$]+)\$(?<sum>[0-9a-f]+)$/,
		read: byPbkdf2(undefined, verbatim, hex)
	},
	{
		format: "passlib-pbkdf2",
		shape:
			/^\$pbkdf2(?:-(?<alg>sha1|sha256|sha512))?\$(?<iter>\d{1,9})\$(?<salt>[A-Za-z0-9./]+)\$(?<sum>[A-Za-z0-9./]+)$/,
		read: byPbkdf2(undefined, adaptedBase64, adaptedBase64)
	},
	{
		format: "kratos-pbkdf2",
		shape:
			/^\$pbkdf2-(?<alg>sha1|sha256|sha512)\$i=(?<iter>\d{1,9}),l=\d{1,4}\$(?<salt>[A-Za-z0-9+/]+=*)\$(?<sum>[A-Za-z0-9+/]+=*)$/,
		read: byPbkdf2(undefined, base64, base64)
	},
	{
		// The logarithm of N: no N that fits a machine has one over 31.
		format: "passlib-scrypt",
		shape:
			/^\$scrypt\$ln=(?<n>[12]?\d|3[01]),r=(?<r>\d{1,4}),p=(?<p>\d{1,4})\$(?<salt>[A-Za-z0-9+/]+)\$(?<sum>[A-Za-z0-9+/]+)$/,
		read: byScrypt(base64, base64, log => 2 ** log)
	},
	{
		// N itself, under the name of its logarithm.
		format: "kratos-scrypt",
		shape:
			/^\$scrypt\$ln=(?<n>3[2-9]|[4-9]\d|\d{3,9}),r=(?<r>\d{1,4}),p=(?<p>\d{1,4})\$(?<salt>[A-Za-z0-9+/]+=*)\$(?<sum>[A-Za-z0-9+/]+=*)$/,
		read: byScrypt(base64, base64)
	},
	{
		format: "firebase",
		shape:
			/^(?<sum>[A-Za-z0-9+/]+=*)\$(?<salt>[A-Za-z0-9+/]+=*)\$(?<signer>[A-Za-z0-9+/]+=*)\$(?<separator>[A-Za-z0-9+/]*=*)\$(?<r>\d{1,2})\$(?<n>\d{1,2})$/,
		read: byFirebase(base64)
	},
	{
		format: "kratos-firescrypt",
		shape:
			/^\$firescrypt\$ln=(?<n>\d{1,2}),r=(?<r>\d{1,2}),p=1\$(?<salt>[\w+/-]+=*)\$(?<sum>[\w+/-]+=*)\$(?<separator>[\w+/-]*=*)\$(?<signer>[\w+/-]+=*)$/,
		read: byFirebase(text => base64(text) ?? base64Url(text))
	},
	{ format: "ldap-ssha", shape: /^\{(?<alg>SSHA|SSHA256|SSHA512)\}(?<sum>[A-Za-z0-9+/]+=*)$/, read: bySsha },
	{
		format: "md5-crypt",
		shape: /^\$1\$(?<salt>[^$]{0,8})\$(?<sum>[./A-Za-z0-9]{22})$/,
		read: byMd5Crypt
	},
	{
		format: "sha-crypt",
		shape:
			/^\$(?<id>[56])\$(?:rounds=(?<rounds>\d{1,9})\$)?(?<salt>[^$]{0,16})\$(?<sum>[./A-Za-z0-9]{43}|[./A-Za-z0-9]{86})$/,
		read: byShaCrypt
	},
	{
		format: "phpass",
		shape: /^\$[PH]\$(?<log>[./A-Za-z0-9])(?<salt>[./A-Za-z0-9]{8})(?<sum>[./A-Za-z0-9]{22})$/,
		read: byPhpass
	},
	{ format: "md5", shape: /^(?<sum>[0-9a-fA-F]{32})$/, read: byPlain("md5", hex) },
	{ format: "sha1", shape: /^(?<sum>[0-9a-fA-F]{40})$/, read: byPlain("sha1", hex) },
	{ format: "sha256", shape: /^(?<sum>[0-9a-fA-F]{64})$/, read: byPlain("sha256", hex) },
	{ format: "ldap-sha", shape: /^\{SHA\}(?<sum>[A-Za-z0-9+/]{27}=)$/, read: byPlain("sha1", base64) }
];

/** Undefined where it has no shape that is known here, or a part of it cannot be read. */
export function storedHash(text: string): StoredHash | undefined {
	for (const { format, shape, read } of FORMATS) {
		const groups = shape.exec(text)?.groups;
		// Groups that were not there are undefined, and left out so that defaults take their place.
		const found = groups && read(Object.fromEntries(Object.entries(groups).filter(([, part]) => part !== undefined)));
		if (found) return { format, ...found };
	}
	return undefined;
}

/** Their names, as a report counts them. */
export const HASH_FORMATS: readonly string[] = FORMATS.map(({ format }) => format);
