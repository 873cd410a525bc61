/** A reporter for jest: names the slowest suites of a long run, so that it stays short. */

const MOST = 10;
/** Fewer are seen at a glance. */
const LEAST = 20;

module.exports = class SlowestSuites {
	onRunComplete(_contexts, { testResults }) {
		if (testResults.length < LEAST) return;
		const suites = testResults.map(({ testFilePath, perfStats: { start, end } }) => ({
			name: testFilePath.replace(/^.*\/test\//, ""),
			seconds: (end - start) / 1000
		}));
		const whole = suites.reduce((sum, { seconds }) => sum + seconds, 0);
		const slowest = suites.sort((a, b) => b.seconds - a.seconds).slice(0, MOST);
		const lines = slowest.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${name}`);
		process.stderr.write(`\nThe slowest suites, of ${whole.toFixed(0)} s in all:\n${lines.join("\n")}\n`);
	}
};
