/** What the account page is made of: its parts, the API, passkeys. */

export const at = id => document.getElementById(id);
const PARTS = ["out", "letter", "second", "in"];
/** What is shown: one part. */
export const show = part => {
	for (const each of PARTS) at(each).hidden = each !== part;
	at("logout").hidden = part !== "in";
	at("who").hidden = part !== "in";
};
export const say = (text, isBad = false) => {
	at("said").textContent = text;
	at("said").classList.toggle("bad", isBad);
};

class Problem extends Error {
	constructor({ code, detail, title }) {
		super(detail ?? title ?? "It did not work.");
		this.code = code;
	}
}

export async function ask(method, path, body) {
	const answer = await fetch(`/api/v1/auth${path}`, {
		method,
		credentials: "same-origin",
		...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
	});
	const said = await answer.json().catch(() => ({}));
	if (!answer.ok) throw new Problem(said);
	return said;
}

export const make = async ({ options }) => {
	const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
	return (await navigator.credentials.create({ publicKey })).toJSON();
};
export const use = async ({ flow, options }) => {
	const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
	return { flow, response: (await navigator.credentials.get({ publicKey })).toJSON() };
};

/** In words of ours, where a browser has words for programmers. */
const PASSKEY_FAULTS = {
	NotAllowedError: "The passkey was not used.",
	SecurityError:
		"Passkeys do not work at this address: open the page under the server's name, on this machine http://localhost."
};

/** One at a time; what went wrong is said. */
let isBusy = false;
const doing = work => async event => {
	event?.preventDefault();
	if (isBusy) return;
	isBusy = true;
	say("");
	try {
		const said = await work(event?.target);
		if (said) say(said);
	} catch (error) {
		say(PASSKEY_FAULTS[error.name] ?? error.message, true);
	} finally {
		isBusy = false;
	}
};
export const fields = form => Object.fromEntries(new FormData(form));
export const onSubmit = (id, work) =>
	at(id).addEventListener(
		"submit",
		doing(async form => {
			const said = await work(fields(form));
			form.reset();
			return said;
		})
	);
export const onClick = (id, work) => at(id).addEventListener("click", doing(work));

export function item(text, button, work) {
	const li = document.createElement("li");
	li.append(Object.assign(document.createElement("span"), { textContent: text }));
	if (button) {
		const does = Object.assign(document.createElement("button"), { type: "button", className: "danger" });
		does.textContent = button;
		does.setAttribute("aria-label", `${button}: ${text}`);
		does.addEventListener("click", doing(work));
		li.append(does);
	}
	return li;
}
export const when = time => (time ? new Date(time).toLocaleString() : "never");
