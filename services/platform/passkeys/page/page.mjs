/** The account page: what the API does, with a browser's passkeys. The session is a cookie that no script reads. */

import { ask, at, fields, item, make, onClick, onSubmit, say, show, use, when } from "./parts.mjs";

/** Again, once they proved once more who they are, where that is asked for. */
async function surely(method, path, body) {
	try {
		return await ask(method, path, body);
	} catch (problem) {
		if (problem.code !== "STEP_UP_REQUIRED") throw problem;
		await provedAgain();
		return ask(method, path, body);
	}
}

/** What a proof is asked for, and by which ways; answers once one of them was right, and rejects where it is left. */
let awaited;
function proof(why, ways, give) {
	show("second");
	at("second-why").textContent = why;
	for (const way of ["passkey", "code", "password"]) at(`second-${way}`).hidden = !ways.includes(way);
	return new Promise((resolve, reject) => {
		awaited = { give, resolve, reject };
	});
}
const given = async what => {
	const { give, resolve } = awaited;
	await give(what);
	resolve();
};
// While a proof is awaited what asked for it is at work: these go beside it.
const beside = work => async event => {
	event.preventDefault();
	try {
		say("");
		await work(event.target);
	} catch (error) {
		say(error.message, true);
	}
};
at("second-code").addEventListener(
	"submit",
	beside(async form => {
		await given(fields(form));
		form.reset();
	})
);
at("second-password").addEventListener(
	"submit",
	beside(async form => {
		await given(fields(form));
		form.reset();
	})
);
at("second-passkey").addEventListener(
	"click",
	beside(() => given({ passkey: true }))
);
at("second-not").addEventListener(
	"click",
	beside(async () => {
		awaited.reject(new Error("It was left as it is."));
		await refresh();
	})
);

async function provedAgain() {
	const { on, passkeys } = await ask("GET", "/mfa");
	const ways = [...(passkeys > 0 ? ["passkey"] : []), on ? "code" : "password"];
	await proof("Prove once more who you are, for what you just asked for.", ways, async what => {
		const passkey = what.passkey && (await use(await ask("POST", "/step-up/options", {})));
		await ask("POST", "/step-up", passkey ? { passkey } : what);
	});
	show("in");
}

/** A login may go on with a second factor. */
async function goOn({ second }) {
	if (second) {
		const { challenge, methods } = second;
		const ways = methods.map(method => (method === "passkey" ? "passkey" : "code"));
		await proof("You have a second factor.", ways, async what => {
			if (!what.passkey) return ask("POST", "/mfa/verify", { challenge, code: what.code, cookie: true });
			const used = await use(await ask("POST", "/mfa/passkey/options", { challenge }));
			return ask("POST", "/mfa/passkey", { challenge, ...used, cookie: true });
		});
	}
	await refresh();
	return "You are signed in.";
}

onSubmit("login", async form => goOn(await ask("POST", "/login", { ...form, cookie: true })));
onClick("by-passkey", async () => {
	const used = await use(await ask("POST", "/passkeys/login/options", {}));
	return goOn(await ask("POST", "/passkeys/login", { ...used, cookie: true }));
});
onSubmit("register", async form => (await ask("POST", "/register", form)).message);
async function confirmed(token) {
	const { email } = await ask("POST", "/verify-email", { token });
	await refresh();
	return `${email} is confirmed.`;
}
onSubmit("verify", ({ token }) => confirmed(/[?&]token=([^&]+)/.exec(token)?.[1] ?? token.trim()));
onSubmit("forgot", async form => (await ask("POST", "/forgot-password", form)).message);

/** What a letter's link is for. It is done by whoever reads it, and stays in no history. */
let letter;
function opened() {
	const [, what, token] = /^#(verify-email|reset-password)\?token=([\w.~%-]+)$/.exec(location.hash) ?? [];
	if (!what) return false;
	letter = token;
	history.replaceState(null, "", location.pathname);
	at("confirm").hidden = what !== "verify-email";
	at("reset").hidden = what !== "reset-password";
	show("letter");
	return true;
}
onSubmit("confirm", () => confirmed(letter));
onSubmit("reset", async ({ password }) => {
	await ask("POST", "/reset-password", { token: letter, password });
	await refresh();
	return "The new password holds: sign in with it.";
});
onClick("letter-not", async () => {
	await refresh();
	return "Nothing was changed: the link works until it is over.";
});
addEventListener("hashchange", opened);
onClick("logout", async () => {
	await ask("POST", "/logout", {});
	await refresh();
	return "You are signed out.";
});

onSubmit("add-passkey", async ({ name }) => {
	const begun = await surely("POST", "/passkeys/options", {});
	await surely("POST", "/passkeys", { flow: begun.flow, name, response: await make(begun) });
	await refresh();
	return "The passkey is there.";
});
onClick("app-add", async () => {
	const { secret, uri, qr } = await surely("POST", "/mfa/totp", {});
	at("app-qr").src = `data:image/svg+xml,${encodeURIComponent(qr)}`;
	at("app-secret").textContent = secret;
	at("app-uri").href = uri;
	at("app-confirm").hidden = false;
});
const showCodes = codes => {
	at("codes").hidden = !codes;
	at("codes-list").replaceChildren(...(codes ?? []).map(code => item(code)));
};
onSubmit("app-confirm", async form => {
	const { codes } = await surely("POST", "/mfa/totp/confirm", form);
	at("app-confirm").hidden = true;
	await refresh();
	showCodes(codes);
	return "Your app is a second factor.";
});
onClick("app-remove", async () => {
	await surely("DELETE", "/mfa/totp");
	await refresh();
	return "The app is removed.";
});
onClick("codes-new", async () => {
	const { codes } = await surely("POST", "/mfa/recovery-codes", {});
	await refresh();
	showCodes(codes);
	return "Those before count no more.";
});
onClick("others", async () => {
	const { ended } = await surely("DELETE", "/sessions");
	await refresh();
	return `${ended} signed out.`;
});

async function removePasskey({ id, name }, isOnly) {
	if (isOnly && !confirm(`'${name}' is your last passkey. Remove it?`)) return undefined;
	await surely("DELETE", `/passkeys/${id}${isOnly ? "?last=true" : ""}`);
	await refresh();
	return "The passkey is removed.";
}
async function endSession(id) {
	await surely("DELETE", `/sessions/${id}`);
	await refresh();
	return "That device is signed out.";
}

function showIn(me, mfa, passkeys, sessions) {
	at("who").textContent = me.email;
	showCodes(null);
	at("passkeys").replaceChildren(
		...passkeys.map(each =>
			item(`${each.name}, last used: ${when(each.lastUsedAt)}`, "Remove", () =>
				removePasskey(each, passkeys.length === 1)
			)
		)
	);
	at("app-state").textContent = mfa.on
		? `A login by password is asked for a second factor. Recovery codes left: ${mfa.recoveryCodes}.`
		: "A password alone signs you in.";
	at("app-add").hidden = mfa.totp;
	at("app-remove").hidden = !mfa.totp;
	at("codes-new").hidden = !mfa.totp && passkeys.length === 0;
	at("sessions").replaceChildren(
		...sessions.map(({ id, device, network, usedAt, current }) => {
			const text = `${device || "Unknown"}, ${network}, ${when(usedAt)}`;
			return current ? item(`${text} (this one)`) : item(text, "Sign out", () => endSession(id));
		})
	);
	show("in");
}

/** As the server has it now. */
async function refresh() {
	try {
		const paths = ["/me", "/mfa", "/passkeys", "/sessions"];
		showIn(...(await Promise.all(paths.map(path => ask("GET", path)))));
	} catch (problem) {
		if (problem.code !== "UNAUTHENTICATED") say(problem.message, true);
		show("out");
	}
}

if (!opened()) void refresh();
