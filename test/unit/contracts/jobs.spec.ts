/** What all jobs of the product have in common. */

import { CONTRACTS, JOBS } from "../../../contracts/cluster";
import { nextAfter } from "../../../domain/platform/jobs/times";

it("each of them comes within a year, and is called by the contract that has it", () => {
	const now = Date.parse("2026-11-27T00:00:00Z");
	const never = [...JOBS].filter(
		([, job]) => (nextAfter(job, now) ?? Number.POSITIVE_INFINITY) > now + 366 * 86_400_000
	);
	expect(never).toEqual([]);
	expect([...JOBS.keys()]).toEqual(
		CONTRACTS.flatMap(({ name, jobs }) => Object.keys(jobs).map(key => `${name}.${key}`))
	);
});

it("whatever only the scheduler may ask for is a job", () => {
	const asked = CONTRACTS.flatMap(({ name, actions, jobs }) =>
		Object.entries(actions)
			.filter(
				([key, { internal }]) =>
					internal?.join() === "scheduler" && !Object.values(jobs).some(job => job.action === key)
			)
			.map(([key]) => `${name}.${key}`)
	);
	expect(asked).toEqual([]);
});
