import { baseOf, readAddress } from "../../../../domain/migration/address";

describe("a panel's address", () => {
	it.each([
		["https://panel.example", "https://panel.example"],
		["https://panel.example/", "https://panel.example"],
		["https://panel.example//", "https://panel.example"],
		["https://panel.example///?a=1#top", "https://panel.example"],
		["  https://panel.example/\n", "https://panel.example"],
		["HTTPS://Panel.Example:443/", "https://panel.example"],
		["http://panel.example:80", "http://panel.example"],
		["http://panel.example:8000/", "http://panel.example:8000"],
		["http://panel.example/a/b/", "http://panel.example/a/b"],
		["http://panel.example/a?token=1", "http://panel.example/a"],
		["http://panel.example?a=1", "http://panel.example"],
		["http://panel.example#", "http://panel.example"],
		["http://[::1]:8000/", "http://[::1]:8000"],
		["http://[2001:DB8::0:1]", "http://[2001:db8::1]"],
		["http://مثال.example/", "http://xn--mgbh0fb.example"],
		["http://bücher.example:8000/x/", "http://xn--bcher-kva.example:8000/x"],
		["http:\\\\panel.example\\a\\", "http://panel.example/a"],
		["http://192.0.2.1/./a/../b/", "http://192.0.2.1/b"]
	])("%p is %s", (given, base) => {
		expect(baseOf(given)).toBe(base);
		// Whatever is read is read again as the same.
		expect(baseOf(base)).toBe(base);
	});

	it.each([
		["panel.example", "is not an address"],
		["", "is not an address"],
		["ftp://panel.example", "must begin with http"],
		["https://admin:secret@panel.example", "must not hold a user name"]
	])("%p is none", (given, problem) => {
		expect(readAddress(given)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
		expect(baseOf(given)).toBeNull();
	});
});
