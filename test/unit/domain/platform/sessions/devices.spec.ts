/** What people call a device, from its User-Agent. */

import fc from "fast-check";
import { deviceOf } from "../../../../../domain/platform/sessions/devices";

it.each([
	["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
	[
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
		"Chrome on Windows"
	],
	[
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
		"Edge on Windows"
	],
	[
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
		"Safari on macOS"
	],
	[
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
		"Safari on iPhone"
	],
	[
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
		"Chrome on Android"
	],
	["BanyanApp/3.1 (iPhone; iOS 18)", "BanyanApp on iPhone"],
	["curl/8.9.1", "curl"],
	["", "unknown device"],
	["<script>alert(1)</script>", "unknown device"]
])("%s", (agent, device) => expect(deviceOf(agent)).toBe(device));

it("says something short of whatever somebody sends", () =>
	fc.assert(
		fc.property(fc.string({ unit: "binary", maxLength: 300 }), agent =>
			expect(deviceOf(agent)).toMatch(/^[\w. -]{1,60}$/)
		)
	));
