import { bounded } from '#domain/data/shown';
import type { TestRun } from '#domain/endpoint-tests/history';
import { counted, duration } from '#domain/text/numbers';
import type { TestResult } from '#schemas/records/test-result';
import { type Html, html } from './html.ts';
import { pageHead, pageOf, startText } from './page.ts';
import { type PlottedRun, testRunsPlot } from './plots/test-runs.ts';

/** Tests with a plot of their own. */
const mostPlots = 200;

/** A run of an endpoint's tests with the version of the model that it tested, if that is known. */
export type ReportedRun = TestRun & { readonly modelVersion: number | null };

/** The history of an endpoint's tests. */
export interface TestHistory {
  readonly endpoint: string;
  /** Newest first. */
  readonly runs: readonly ReportedRun[];
}

/** One test over all runs. */
interface TestOverTime {
  readonly id: string;
  readonly last: TestResult;
  /** It was a part of the last run of all tests, or of a later one of picked tests. */
  readonly current: boolean;
  readonly failures: readonly { readonly run: ReportedRun; readonly result: TestResult }[];
  /** Oldest first. */
  readonly plotted: readonly PlottedRun[];
}

const modelText = ({ modelVersion }: ReportedRun): string => (modelVersion === null ? '–' : `v${modelVersion}`);

/** Each test over all runs: those that fail come first, then those that failed before, then the others by id; deleted ones last. */
function testsOverTime(runs: readonly ReportedRun[]): TestOverTime[] {
  const byId = new Map<string, Map<ReportedRun, TestResult>>();
  for (const run of runs) {
    for (const result of run.results) {
      const results = byId.get(result.id) ?? new Map<ReportedRun, TestResult>();
      byId.set(result.id, results.set(run, result));
    }
  }
  const lastOfAll = runs.findIndex(({ only }) => only === undefined);
  const latest = lastOfAll < 0 ? runs : runs.slice(0, lastOfAll + 1);
  const tests = [...byId].map(([id, results]): TestOverTime => {
    const [newest] = results.values();
    return {
      id,
      current: latest.some((run) => results.has(run)),
      last: newest as TestResult,
      failures: [...results].flatMap(([run, result]) => (result.passed ? [] : [{ run, result }])),
      plotted: runs.toReversed().map((run) => ({ model: modelText(run), result: results.get(run) })),
    };
  });
  const rank = (test: TestOverTime): number => {
    if (!test.current) return 3;
    if (!test.last.passed) return 0;
    return test.failures.length > 0 ? 1 : 2;
  };
  return tests.toSorted((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}

function failureText({ last, current, failures }: TestOverTime): Html {
  const [newest] = failures;
  if (!current)
    return html`<span class="quiet">deleted or switched off, ${last.passed ? 'passed' : 'failed'} before</span>`;
  if (!newest) return html`<span class="quiet">passed in every run</span>`;
  const when = last.passed ? `last failed ${startText(newest.run.startedAt)}` : 'fails';
  return html`<span class="mark ${last.passed ? 'good' : 'bad'}">${last.passed ? '✓ passes again' : '✗'}</span> <span class="quiet">${when}: ${bounded(newest.result.detail, 160)}</span>`;
}

const figure = (test: TestOverTime, i: number): Html =>
  html`<figure><figcaption><code>${test.id}</code> <span class="quiet">${test.last.kind}${test.last.version === undefined ? '' : `, version ${test.last.version}`}</span></figcaption>
${testRunsPlot(`test-${i}`, `Test ${test.id}`, test.plotted)}<p class="outcome">${failureText(test)}</p></figure>`;

function plots(tests: readonly TestOverTime[], runs: number): Html {
  const rest = tests.length - mostPlots;
  return html`<section aria-labelledby="tests"><h2 id="tests">Each test over time</h2>
<p class="quiet">${counted(runs, 'run')}, the newest on the right, the same in every plot. A bar is as high as the test took long; a red one with a cross failed. A dashed line begins the tests of another model.</p>
<div class="plots small">${tests.slice(0, mostPlots).map(figure)}</div>
${rest > 0 ? html`<p class="quiet">${counted(rest, 'more test')} without a plot.</p>` : undefined}</section>`;
}

const row = (run: ReportedRun): Html => {
  const failed = run.results.filter(({ passed }) => !passed).map(({ id }) => id);
  return html`<tr><th scope="row">${startText(run.startedAt)}</th><td>${run.trigger}${run.only ? ', picked tests' : ''}</td><td>${modelText(run)}</td><td><code>${run.endpointConfigName}</code></td><td class="number">${run.results.length - failed.length} of ${run.results.length}</td><td class="number">${duration(run.durationMs)}</td><td>${
    failed.length === 0
      ? html`<span class="mark good">✓ passed</span>`
      : html`<span class="mark bad">✗ failed</span> ${failed.slice(0, 3).join(', ')}${failed.length > 3 ? ` and ${failed.length - 3} more` : ''}`
  }</td></tr>`;
};

const table = (runs: readonly ReportedRun[]): Html =>
  html`<section aria-labelledby="runs"><h2 id="runs">Runs</h2><div class="scroll"><table>
<thead><tr><th scope="col">Started</th><th scope="col">Because of</th><th scope="col">Model</th><th scope="col">Endpoint config</th><th scope="col" class="number">Passed</th><th scope="col" class="number">Took</th><th scope="col">Result</th></tr></thead>
<tbody>${runs.map(row)}</tbody></table></div></section>`;

/** The history of an endpoint's tests as a page: a plot of each test over the runs, and the runs in a table. */
export function testHistoryPage({ endpoint, runs }: TestHistory): string {
  const tests = testsOverTime(runs);
  const current = tests.filter((test) => test.current);
  const failing = current.filter(({ last }) => !last.passed).length;
  const [newest] = runs;
  const head = pageHead('Endpoint tests', { name: endpoint }, [
    ['Tests', String(current.length)],
    ['Failing', String(failing)],
    ['Runs shown', String(runs.length)],
    ['Last run', newest ? startText(newest.startedAt) : 'none yet'],
    ['Model', newest ? modelText(newest) : '–'],
  ]);
  return pageOf(`${endpoint}: endpoint tests`, [
    head,
    ...(newest ? [plots(tests, runs.length), table(runs)] : [html`<p>The tests of this endpoint did not run yet.</p>`]),
  ]);
}
