"use strict";
/* The table of all records: search, filters, order and pages, of the data blocks within this file. */
{
	const element = (tag, properties = {}, ...children) => {
		const made = document.createElement(tag);
		for (const [name, value] of Object.entries(properties))
			if (name.startsWith("aria-") || name === "role" || name === "for") made.setAttribute(name, value);
			else made[name] = value;
		made.append(...children);
		return made;
	};
	const parsed = script => JSON.parse(script.textContent);
	const number = count => count.toLocaleString("en");

	/* ---- the records, by column; what a record has of its own is in its place ---- */

	const { streams, outcomes, severities } = parsed(document.getElementById("known"));
	const blocks = [...document.querySelectorAll("script[data-rows]")].map(script => {
		const block = parsed(script);
		script.remove();
		return block;
	});
	const columns = { block: [], at: [] };
	for (const [index, { ids }] of blocks.entries())
		for (let at = 0; at < ids.length; at++) {
			columns.block.push(index);
			columns.at.push(at);
		}
	const total = columns.block.length;
	const of = row => [blocks[columns.block[row]], columns.at[row]];

	const read = {
		stream: row => of(row)[0].stream,
		id: row => {
			const [{ ids }, at] = of(row);
			return ids[at];
		},
		name: row => {
			const [{ names }, at] = of(row);
			return names[at];
		},
		target: row => {
			const [{ targets, names }, at] = of(row);
			return targets[at] === 0 ? names[at] : targets[at];
		},
		owner: row => {
			const [{ owners, texts }, at] = of(row);
			return owners[at] < 0 ? null : texts[owners[at]];
		},
		outcome: row => {
			const [block, at] = of(row);
			return outcomes[block.outcomes[at]];
		},
		notes: row => {
			const [{ notes, texts }, at] = of(row);
			return (notes[at] || []).map(([code, severity, reason]) => ({
				code: texts[code],
				severity: severities[severity] ?? null,
				reason: texts[reason]
			}));
		}
	};
	/* Whoever was not moved, or lost something that somebody must act on, comes first; then what weighs less. */
	const weight = row => {
		const [{ notes }, at] = of(row);
		return (notes[at] || []).reduce((most, [, severity]) => Math.max(most, severity < 0 ? 3 : severity), -1);
	};

	const codes = new Map();
	for (const { notes, texts } of blocks)
		for (const said of notes) for (const [code] of said || []) codes.set(texts[code], true);

	/* ---- what is shown ---- */

	const wanted = { text: "", stream: "", outcome: "", severity: "", code: "" };
	const shown = { rows: [], page: 0, size: 50, key: "given", down: false };

	/* Lower-case, of all that is seen of a record but its reasons; made when it is first searched. */
	let haystacks = null;
	const haystack = row => {
		haystacks ??= Array.from({ length: total }, (_, each) =>
			[read.name(each), read.id(each), read.target(each) ?? "", read.owner(each) ?? ""].join("\n").toLowerCase()
		);
		return haystacks[row];
	};
	const hasNote = (row, code, severity) => {
		const [{ notes, texts }, at] = of(row);
		return (notes[at] || []).some(
			note => (code === "" || texts[note[0]] === code) && (severity === "" || severities[note[1]] === severity)
		);
	};
	const fits = row =>
		(wanted.stream === "" || read.stream(row) === wanted.stream) &&
		(wanted.outcome === "" || read.outcome(row) === wanted.outcome) &&
		((wanted.code === "" && wanted.severity === "") || hasNote(row, wanted.code, wanted.severity)) &&
		(wanted.text === "" || haystack(row).includes(wanted.text));

	const compareTexts = (a, b) => (a < b ? -1 : Number(a > b));
	const compareIds = (a, b) => a.length - b.length || compareTexts(a, b);
	const KEYS = {
		given: [row => row, (a, b) => a - b],
		name: [row => read.name(row).toLowerCase(), compareTexts],
		target: [row => (read.target(row) ?? "").toLowerCase(), compareTexts],
		owner: [row => (read.owner(row) ?? "").toLowerCase(), compareTexts],
		outcome: [read.outcome, compareTexts],
		notes: [row => -weight(row), (a, b) => a - b],
		stream: [read.stream, compareTexts],
		id: [read.id, compareIds]
	};
	/* Every row in the order of a column; kept, since a table is turned around more often than it is made. */
	const orders = new Map();
	const orderOf = key => {
		const found = orders.get(key);
		if (found) return found;
		const [value, compare] = KEYS[key];
		const values = Array.from({ length: total }, (_, row) => value(row));
		const order = Array.from({ length: total }, (_, row) => row);
		if (key !== "given") order.sort((a, b) => compare(values[a], values[b]) || a - b);
		orders.set(key, order);
		return order;
	};

	const find = () => {
		const rows = orderOf(shown.key).filter(fits);
		shown.rows = shown.down ? rows.reverse() : rows;
		shown.page = 0;
		draw();
	};

	/* ---- the page's own parts ---- */

	const HEADS = [
		["name", "Name"],
		["outcome", "Outcome"],
		["target", "At the target"],
		["notes", "Notes"],
		["owner", "Owner"],
		["stream", "Stream"],
		["id", "Id"]
	];
	const bdi = text => element("bdi", { textContent: text });
	const note = ({ code, severity, reason }) =>
		element(
			"p",
			{},
			element("span", {
				className: `chip ${severity ?? "why"}`,
				textContent: severity === null ? code : `${code} · ${severity}`
			}),
			" ",
			element("bdi", { dir: "ltr", textContent: reason })
		);
	const target = row => {
		const name = read.target(row);
		if (name === null) return element("span", { className: "soft", textContent: "not there" });
		return name === read.name(row) ? element("span", { className: "soft", textContent: "same name" }) : bdi(name);
	};
	const CELLS = {
		name: row => [bdi(read.name(row))],
		outcome: row => [element("span", { className: `state ${read.outcome(row)}`, textContent: read.outcome(row) })],
		target: row => [target(row)],
		notes: row => read.notes(row).map(note),
		owner: row => (read.owner(row) === null ? [] : [bdi(read.owner(row))]),
		stream: row => [read.stream(row)],
		id: row => [read.id(row)]
	};
	const tr = row =>
		element(
			"tr",
			{ role: "row" },
			...HEADS.map(([key, title]) => {
				const cell = element("td", { role: "cell", className: `of-${key}` }, ...CELLS[key](row));
				cell.dataset.title = title;
				return cell;
			})
		);

	const body = element("tbody", { role: "rowgroup" });
	const count = element("p", { className: "count", role: "status" });
	const heads = HEADS.map(([key, title]) => {
		const button = element("button", { type: "button", textContent: title });
		button.addEventListener("click", () => {
			shown.down = shown.key === key && !shown.down;
			shown.key = key;
			find();
		});
		return element("th", { role: "columnheader", scope: "col" }, button);
	});
	const table = element(
		"table",
		{ role: "table", "aria-labelledby": "all" },
		element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads)),
		body
	);

	const pages = () => Math.max(1, Math.ceil(shown.rows.length / shown.size));
	const step = (title, label, to) => {
		const button = element("button", { type: "button", textContent: title, "aria-label": label });
		button.addEventListener("click", () => turn(to()));
		return button;
	};
	const turn = page => {
		shown.page = Math.min(Math.max(page, 0), pages() - 1);
		draw();
		table.scrollIntoView({ block: "start" });
	};
	const steps = [
		step("«", "First page", () => 0),
		step("‹", "Page before", () => shown.page - 1),
		step("›", "Next page", () => shown.page + 1),
		step("»", "Last page", () => pages() - 1)
	];
	const place = element("input", { type: "number", min: 1, id: "page", inputMode: "numeric" });
	place.addEventListener("change", () => turn((Number(place.value) || 1) - 1));
	const ofPages = element("span");
	const pager = element(
		"nav",
		{ className: "pager", "aria-label": "Pages of records" },
		steps[0],
		steps[1],
		element("label", { for: "page", textContent: "Page" }),
		place,
		ofPages,
		steps[2],
		steps[3]
	);

	const counted = (from, to, fitting) => {
		if (fitting === 0) return `None of ${number(total)} records fits.`;
		const all = fitting === total ? "" : ` that fit, of ${number(total)} in all`;
		return `${number(from + 1)}–${number(to)} of ${number(fitting)} records${all}`;
	};
	const markOrder = () => {
		const sorted = shown.down ? "descending" : "ascending";
		for (const [index, [key]] of HEADS.entries())
			heads[index].setAttribute("aria-sort", shown.key === key ? sorted : "none");
	};

	const draw = () => {
		const { rows, page, size } = shown;
		const [from, to] = [page * size, Math.min((page + 1) * size, rows.length)];
		body.replaceChildren(...rows.slice(from, to).map(tr));
		count.textContent = counted(from, to, rows.length);
		place.value = String(page + 1);
		place.max = String(pages());
		ofPages.textContent = `of ${number(pages())}`;
		const [isFirst, isLast] = [page === 0, page >= pages() - 1];
		for (const [index, button] of steps.entries()) button.disabled = index < 2 ? isFirst : isLast;
		markOrder();
	};

	/* ---- what is asked for ---- */

	const select = (key, title, values) => {
		const id = `by-${key}`;
		const chosen = element(
			"select",
			{ id },
			element("option", { value: "", textContent: "all" }),
			...values.map(value => element("option", { value, textContent: value }))
		);
		chosen.addEventListener("change", () => {
			wanted[key] = chosen.value;
			find();
		});
		return [chosen, element("div", {}, element("label", { for: id, textContent: title }), chosen)];
	};
	const fields = {
		stream: select("stream", "Stream", streams),
		outcome: select("outcome", "Outcome", outcomes),
		severity: select("severity", "Severity", [...severities].reverse()),
		code: select("code", "Code", [...codes.keys()].sort())
	};
	const search = element("input", { type: "search", id: "search", autocomplete: "off", spellcheck: false });
	let waiting;
	search.addEventListener("input", () => {
		clearTimeout(waiting);
		waiting = setTimeout(() => {
			wanted.text = search.value.trim().toLowerCase();
			find();
		}, 150);
	});
	const sizes = element(
		"select",
		{ id: "size" },
		...[50, 100, 500].map(size => element("option", { value: String(size), textContent: String(size) }))
	);
	sizes.addEventListener("change", () => {
		shown.size = Number(sizes.value);
		turn(0);
	});
	const clear = element("button", { type: "button", textContent: "Clear" });
	const ask = asked => {
		for (const key of Object.keys(fields)) {
			wanted[key] = asked[key] ?? "";
			fields[key][0].value = wanted[key];
		}
		wanted.text = "";
		search.value = "";
		find();
	};
	clear.addEventListener("click", () => ask({}));

	const controls = element(
		"form",
		{ className: "controls", role: "search", "aria-label": "Records" },
		element(
			"div",
			{ className: "grow" },
			element("label", { for: "search", textContent: "Search names, ids, owners" }),
			search
		),
		...Object.values(fields).map(([, field]) => field),
		element("div", {}, element("label", { for: "size", textContent: "A page" }), sizes),
		clear
	);
	controls.addEventListener("submit", event => event.preventDefault());

	const records = document.getElementById("records");
	records.append(controls, count, table, pager);
	records.hidden = false;
	find();

	for (const button of document.querySelectorAll("button.show")) {
		button.hidden = false;
		button.addEventListener("click", () => {
			ask({ stream: button.dataset.stream, code: button.dataset.code });
			const title = document.getElementById("all");
			title.scrollIntoView({ block: "start" });
			title.focus({ preventScroll: true });
		});
	}
}
