import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTestRun } from '#domain/endpoint-tests/history';
import { testRunsPlot } from '#domain/reports/plots/test-runs';
import { type ReportedRun, testHistoryPage } from '#domain/reports/test-history';
import { all, asXml, textOf } from './page.ts';

const endpoint = 'tidegate-dev-loan';
type Result = readonly [id: string, passed: boolean, durationMs?: number];

/** A run on a day of March. */
function run(day: number, modelVersion: number | null, results: readonly Result[], only?: string[]): ReportedRun {
  const item = {
    startedAt: `2026-03-${String(day).padStart(2, '0')}T08:00:00.000Z`,
    endpointConfigName: `${endpoint}-${modelVersion}`,
    trigger: 'update',
    passed: results.every(([, passed]) => passed),
    results: results.map(([id, passed, durationMs = 12]) => ({
      ...{ id, kind: 'contract', passed, durationMs, version: 2 },
      detail: passed ? 'status 200' : `it broke on day ${day}`,
    })),
    ...(only ? { only } : {}),
  };
  return { ...readTestRun(item), modelVersion };
}
const page = (...runs: ReportedRun[]) => testHistoryPage({ endpoint, runs });

describe('the history of the tests of an endpoint', () => {
  it('has a plot for each test: what fails comes first, then what failed before', () => {
    const html = page(
      run(3, 2, [
        ['calm', true],
        ['broken', false],
        ['mended', true],
      ]),
      run(2, 2, [
        ['mended', false],
        ['calm', true],
      ]),
    );
    expect(all(html, /<figcaption><code>([^<]*)/g)).toEqual(['broken', 'mended', 'calm']);
    const text = textOf(html);
    expect(text).toContain('✗ fails: it broke on day 3');
    expect(text).toContain('✓ passes again last failed 2026-03-02 08:00 UTC: it broke on day 2');
    expect(text).toContain('passed in every run');
    expect(text).toMatch(/Tests 3 Failing 1 Runs shown 2 Last run 2026-03-03 08:00 UTC Model v2/);
  });

  it('puts a test last that no longer runs, and does not count it', () => {
    const picked = run(4, 2, [['b', true]], ['b']);
    const all3 = run(3, 2, [['a', true]]);
    const html = page(
      picked,
      all3,
      run(2, 1, [
        ['a', true],
        ['gone', false],
        ['old', true],
      ]),
    );
    expect(all(html, /<figcaption><code>([^<]*)/g)).toEqual(['a', 'b', 'gone', 'old']);
    expect(textOf(html)).toMatch(/Tests 2 Failing 0/);
    expect(textOf(html)).toContain('deleted or switched off, failed before');
    expect(textOf(html)).toContain('deleted or switched off, passed before');
    expect(textOf(page(picked, run(3, 1, [['a', false]], ['a'])))).toMatch(/Tests 2 Failing 1/);
  });

  it('lists the runs with trigger, model, duration and what failed', () => {
    const failed = ['a', 'b', 'c', 'd', 'e'].map((id): Result => [id, false, 400]);
    const text = textOf(page(run(3, null, failed, ['a']), run(2, 1, [['a', true]])));

    expect(text).toContain(
      '2026-03-03 08:00 UTC update, picked tests – tidegate-dev-loan-null 0 of 5 2 s ✗ failed a, b, c and 2 more',
    );
    expect(text).toContain('2026-03-02 08:00 UTC update v1 tidegate-dev-loan-1 1 of 1 12 ms ✓ passed');
  });

  it('says when nothing ran yet, and how many tests have no plot', () => {
    expect(textOf(page())).toContain('The tests of this endpoint did not run yet.');
    const many = Array.from({ length: 203 }, (_, i): Result => [`t${i}`, true]);
    const html = page(run(1, 1, many));
    expect(all(html, /<figure>/g)).toHaveLength(200);
    expect(textOf(html)).toContain('3 more tests without a plot');
  });

  it('reads the records of earlier versions, without the version of a test', () => {
    const { version: _, ...result } = { ...run(1, 1, [['a', true]]).results[0] };
    const item = { ...run(1, 1, []), results: [result] };
    const html = page({ ...readTestRun(item), modelVersion: null });
    expect(html).toContain('<span class="quiet">contract</span>');
    expect(readTestRun(item).durationMs).toBe(12);
  });
});

describe('the plot of a test', () => {
  const plotted = (model: string, passed?: boolean, durationMs = 10) => ({
    model,
    result: passed === undefined ? undefined : { passed, durationMs },
  });

  it('has a bar for each run, a cross for each failure and a line for each change of the model', () => {
    const runs = [
      plotted('v1', true),
      plotted('v1'),
      plotted('v2', false, 40),
      plotted('v2', true, 20),
      plotted('v3', true),
    ];
    const { markup } = testRunsPlot('t', 'Test t', runs);
    const path = (name: string) => new RegExp(`class="${name}" d="([^"]*)"`).exec(markup)?.[1] ?? '';

    expect(all(path('bar'), /M/g)).toHaveLength(3);
    expect(all(path('bar bad'), /M/g)).toHaveLength(1);
    expect(all(path('cross'), /M/g)).toHaveLength(2);
    expect(all(path('line threshold'), /M/g)).toHaveLength(2);
    expect(markup).toContain('3 of 4 runs passed. It took 10 to 40 ms.');
    expect(markup).toContain('>40 ms<');
  });

  it('names the newest model, and no model where its name would cover another', () => {
    const runs = Array.from({ length: 50 }, (_, i) => plotted(`v${i + 1}`, true));
    const labels = all(testRunsPlot('t', 'Test t', runs).markup, /y="103">(v\d+)</g);
    expect(labels).toContain('v50');
    expect(labels.length).toBeLessThan(14);
  });

  it('stays within its drawing, whatever the runs', () => {
    const duration = fc.oneof(fc.integer({ min: 0, max: 300_000 }), fc.constant(0));
    const runs = fc.array(
      fc.record({
        model: fc.constantFrom('v1', 'v2', '–', 'v1234'),
        result: fc.option(fc.record({ passed: fc.boolean(), durationMs: duration }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 50 },
    );
    fc.assert(
      fc.property(runs, (drawn) => {
        fc.pre(drawn.some(({ result }) => result !== undefined));
        const { markup } = testRunsPlot('t', 'Test t', drawn);
        expect(markup).not.toMatch(/NaN|Infinity/);
        for (const [, x, y] of markup.matchAll(/M([-\d.]+) ([-\d.]+)/g)) {
          expect(Number(x)).toBeGreaterThanOrEqual(0);
          expect(Number(x)).toBeLessThanOrEqual(320);
          expect(Number(y)).toBeGreaterThanOrEqual(0);
          expect(Number(y)).toBeLessThanOrEqual(108);
        }
      }),
    );
  });
});

it('is one well-formed page, and shows markup of a detail as text', () => {
  const broken = run(3, 2, [['<b>', false]]);
  const [result] = broken.results;
  const html = page({ ...broken, results: result ? [{ ...result, detail: '<script>alert("x")</script>' }] : [] });
  expect(html).not.toContain('<script');
  expect(textOf(html)).toContain('<script>'.replace('<', '&lt;').replace('>', '&gt;'));
  const opened = all(asXml(html), /<([a-z]\w*)[^>]*[^/]>|<([a-z]\w*)>/g).length;
  expect(opened).toBeGreaterThan(20);
});
