import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkBlocks } from '#cli/slack-page/block-kit';
import { batchFailedMessage, batchScoredMessage } from '#domain/notices/batch-scored';
import { checkFailedMessage } from '#domain/notices/check-failed';
import { deployedMessage } from '#domain/notices/deployed';
import { driftMessage } from '#domain/notices/drift';
import { endpointTestsMessage } from '#domain/notices/endpoint-tests';
import { outcomesFailedMessage, outcomesMessage } from '#domain/notices/outcomes';
import { registeredMessage } from '#domain/notices/registered';
import { rolledBackMessage } from '#domain/notices/rolled-back';
import { runFailedMessage } from '#domain/notices/run-failed';
import { runSkippedMessage } from '#domain/notices/run-skipped';
import { runStartedMessage } from '#domain/notices/run-started';
import { updateDetails } from '#domain/notices/update-card';
import { verdictMessage } from '#domain/notices/verdict';
import { limits, type Message } from '#domain/slack/message';
import { skipCauseSchema } from '#schemas/records/run';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ minLength: 100, maxLength: 5000 }),
  fc.constantFrom(
    '<!channel>',
    '<!here>',
    '@channel @here #general',
    '<@U012AB3CD>',
    '&lt;!here&gt;',
    '`code`',
    '*bold*',
    '<https://evil.example|click>',
    '&amp;',
    '</pre>',
    '😀'.repeat(200),
    '&'.repeat(4000),
  ),
);
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0.1 + 0.2));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const record = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(shape);
/** Leaves out members that are undefined, as callers do. */
const without = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
const many = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 60 });

const gate = record({
  name: text,
  value: number,
  bound: number,
  interval: optional(fc.tuple(number, number)),
  passed: fc.boolean(),
  reason: text,
}).map(without);
const metric = record({ name: text, value: number, low: number, high: number, champion: optional(number) }).map(
  without,
);
const result = record({ id: text, kind: text, passed: fc.boolean(), detail: text, durationMs: number });
const found = record({ statistic: number, threshold: number, drifted: fc.boolean() });
const tests = record({ psi: optional(found), ks: optional(found), gone: optional(found) }).map(without);
const column = record({ column: text, tests, drifted: fc.boolean() });
const link = record({ label: text, url: fc.oneof(text, fc.webUrl()) });
const version = record({ modelPackageVersion: fc.nat(), runId: text, promotedAt: text });
const estimate = record({ value: number, low: number, high: number });
const estimates = fc.dictionary(text, estimate, { maxKeys: 30 });
const facts = record({
  other: optional(version),
  drop: optional(text),
  changes: optional(many(record({ setting: text, before: optional(text), now: optional(text) }))),
  decision: optional(
    record({ decision: fc.constant('approved'), at: text, by: optional(text), reason: optional(text) }),
  ),
  evaluation: optional(record({ metrics: estimates, champion: optional(record({ metrics: estimates })) }).map(without)),
  claim: optional(
    record({
      approvedAt: text,
      endpointConfigName: text,
      deployment: record({ rollOut: record({ strategy: text, percent: optional(number), bakeMinutes: number }) }),
    }),
  ),
  pinned: optional(
    record({
      deployment: record({
        instances: optional(record({ type: text, count: fc.nat() })),
        scaling: optional(record({ min: fc.nat(), max: fc.nat() })),
        serverless: optional(fc.constant({})),
      }).map(without),
    }),
  ),
  reportUrl: fc.oneof(text, fc.webUrl()),
  endpointUrl: text,
}).map(without);
const rollout = {
  pipeline: text,
  stage: text,
  endpoint: text,
  version: number,
  runId: text,
  facts,
  tests: optional(record({ tests: fc.nat(), failed: fc.nat() })),
  isLive: fc.boolean(),
  config: text,
  previousConfig: optional(text),
  durationSeconds: number,
};

// The inputs are arbitrary on purpose: a builder must bring any of them within Slack's limits.
const messages: Record<string, fc.Arbitrary<Message>> = {
  'run-started': record({
    pipeline: text,
    runId: text,
    drop: text,
    objects: number,
    bytes: number,
    rowsEstimate: optional(number),
    datasetVersion: text,
    trigger: fc.constantFrom('drop', 'drift', 'manual'),
    earlier: optional(record({ runId: text, unchanged: number, replaced: number, added: number, removed: number })),
    links: optional(many(link)),
  }).map((m) => runStartedMessage(without(m) as never)),
  verdict: record({
    pipeline: text,
    runId: text,
    passed: fc.boolean(),
    gates: many(gate),
    metrics: many(metric),
    reportUrl: text,
    championKept: optional(text),
  }).map((m) => verdictMessage(without(m) as never)),
  registered: record({
    pipeline: text,
    runId: text,
    modelPackageArn: text,
    version: number,
    approval: fc.constantFrom('Approved', 'PendingManualApproval'),
    howToApprove: text,
  }).map((m) => registeredMessage(m as never)),
  deployed: record(rollout).map((m) => deployedMessage(without(m) as never)),
  'details of an update': record(rollout).map((m) => {
    const update = without(m) as never;
    return updateDetails(update) ?? deployedMessage(update);
  }),
  'rolled-back': record({ ...rollout, reason: text, servingVersion: optional(number), wasRollBack: fc.boolean() }).map(
    (m) => rolledBackMessage(without(m) as never),
  ),
  'endpoint-tests': record({
    endpoint: text,
    config: text,
    results: many(result),
    counts: fc.record({ tests: fc.nat(2000), failed: fc.nat(2000) }),
    trigger: fc.constantFrom('deploy', 'update', 'manual'),
  }).map((m) => endpointTestsMessage(m as never)),
  drift: record({
    pipeline: text,
    stage: optional(text),
    window: record({ from: text, to: text, rows: number }),
    columns: many(column),
    scoreDrift: optional(record({ tests, drifted: fc.boolean() })),
    performance: optional(
      record({ status: fc.constantFrom('estimated', 'outside', 'none'), alarm: fc.boolean(), reason: text }),
    ),
    coverage: optional(
      record({ watched: fc.nat(), notWatched: many(record({ reason: text, count: fc.nat(), columns: many(text) })) }),
    ),
    next: text,
  }).map((m) => driftMessage(without(m) as never)),
  'run-failed': record({
    pipeline: optional(text),
    runId: optional(text),
    state: optional(text),
    error: text,
    message: text,
    fix: optional(text),
    dropKept: fc.constant(true),
    drop: optional(text),
  }).map((m) => runFailedMessage(without(m) as never)),
  'check-failed': record({ error: text, message: text }).map((m) => checkFailedMessage(m)),
  'batch-scored': fc.oneof(
    record({
      pipeline: text,
      batchId: text,
      drop: text,
      bucket: text,
      prefix: text,
      files: optional(many(text)),
      model: fc.constant({ runId: 'r', modelPackageArn: 'a', modelPackageVersion: 3 }),
      counts: optional(
        record({
          rows: fc.nat(),
          scored: fc.nat(),
          malformed: fc.nat(),
          problems: many(record({ column: fc.option(text), reason: text, count: fc.nat() })),
          classes: many(record({ label: text, rows: fc.nat() })),
          mean: optional(number),
        }),
      ),
    }).map((m) => batchScoredMessage(without(m) as never)),
    record({
      pipeline: text,
      executionArn: text,
      isScored: optional(fc.constant(true)),
      error: text,
      message: text,
    }).map((m) => batchFailedMessage(m)),
  ),
  outcomes: fc.oneof(
    record({
      pipeline: text,
      id: text,
      receivedAt: text,
      runId: text,
      by: fc.constantFrom('inferenceId', 'key'),
      rows: fc.nat(),
      accepted: fc.nat(),
      malformed: fc.nat(),
      problems: many(record({ column: optional(text), reason: text, count: fc.nat() })),
      joined: fc.nat(),
      repeated: fc.nat(),
      unknown: fc.nat(),
      rowNeeded: fc.nat(),
      days: many(text),
    }).map((m) => outcomesMessage(m as never)),
    record({ pipeline: text, error: text, message: text }).map((m) => outcomesFailedMessage(m)),
  ),
  'run-skipped': record({
    pipeline: text,
    drop: text,
    cause: fc.constantFrom(...skipCauseSchema.options),
    reason: text,
    howToTrain: text,
  }).map((m) => runSkippedMessage(m)),
};

const strings = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(strings)
      : [];
const mrkdwnOf = (message: Message): string[] =>
  message.blocks.flatMap((block) => (block.type === 'header' ? [] : strings(block)));

describe.each(Object.entries(messages))('%s', (_name, arbitrary) => {
  test('keeps within the limits of Block Kit whatever it is given', () => {
    fc.assert(
      fc.property(arbitrary, (message) => {
        expect(checkBlocks(message.blocks)).toEqual([]);
        expect(message.text.length).toBeLessThanOrEqual(limits.text);
        expect(message.text).not.toBe('');
      }),
      { numRuns: 60 },
    );
  });
  test('can neither mention anybody nor link anywhere but to the links it is given', () => {
    fc.assert(
      fc.property(arbitrary, (message) => {
        for (const part of [...mrkdwnOf(message), message.text]) {
          for (const control of part.match(/<[^>]*>/g) ?? []) expect(control).toMatch(/^<https?:\/\//);
          // Every & starts one of the three entities Slack knows.
          expect(part.replaceAll(/&(amp|lt|gt);/g, '')).not.toContain('&');
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('wording', () => {
  const gates = [
    {
      name: 'auc',
      value: 0.81234,
      bound: 0.75,
      interval: [0.79, 0.834] as const,
      passed: true,
      reason: 'at least 0.75',
    },
    { name: 'recall', value: 0.42, bound: 0.6, passed: false, reason: 'below 0.6' },
  ];
  test('a verdict names failed gates first, with their reasons, and what stays in service', () => {
    const message = verdictMessage({
      pipeline: 'loan-default',
      runId: 'r1',
      passed: false,
      gates,
      metrics: [
        { name: 'auc', value: 0.81234, low: 0.79, high: 0.834, champion: 0.8 },
        { name: 'ks', value: 1, low: 1, high: 1, interval: 'none' },
      ],
      reportUrl: 'https://console/report.html',
      championKept: 'version 7',
    });
    expect(message.text.split('\n')).toEqual([
      '⛔ loan-default: the candidate failed',
      '1 of 2 gates failed, so this model is not registered. Still in service: version 7.',
      'Gates:',
      '✗ recall 0.42 · bound 0.6: below 0.6',
      '✓ auc 0.8123 · bound 0.75 · interval 0.79 – 0.834',
      'Metrics on the holdout:',
      'auc: candidate 0.8123, interval 0.79 – 0.834, champion 0.8',
      'ks: candidate 1, interval –, champion –',
      'Run r1',
      'Report: https://console/report.html',
    ]);
  });
  test('a verdict that passed counts its gates', () => {
    const passed = (n: number) =>
      verdictMessage({
        ...{ pipeline: 'loan-default', runId: 'r1', passed: true, metrics: [] },
        gates: Array.from({ length: n }, () => ({ name: 'auc', value: 0.8, bound: 0.7, passed: true, reason: '' })),
        reportUrl: 'https://console/report.html',
      }).text.split('\n')[1];
    expect([passed(1), passed(2)]).toEqual(['Its gate passed.', 'All 2 gates passed.']);
  });
  test('a verdict names constraints of the drop that were not met, at most five', () => {
    const warned = (n: number) =>
      verdictMessage({
        pipeline: 'loan-default',
        runId: 'r1',
        passed: true,
        gates: [],
        metrics: [],
        unmet: Array.from({ length: n }, (_, i) => ({ constraint: `c${i}`, reason: `why ${i}` })),
        reportUrl: 'https://console/report.html',
      }).text.split('\n');
    const title = 'Constraints of the drop that are not met:';
    expect(warned(0)).not.toContain(title);
    expect(warned(5)).toEqual(expect.arrayContaining([title, '⚠️ c0: why 0', '⚠️ c4: why 4']));
    expect(warned(5).join()).not.toContain('more, in the report');
    expect(warned(7)).toContain('and 2 more, in the report');
    expect(warned(7)).not.toContain('⚠️ c5: why 5');
  });
  test('a gate that had no champion to compare with says so instead of a number', () => {
    const reason = 'There is no champion yet.';
    const { text } = verdictMessage({
      pipeline: 'loan-default',
      runId: 'r1',
      passed: true,
      gates: [{ name: 'auc vs champion', value: Number.NaN, bound: -0.01, passed: true, reason }],
      metrics: [],
      reportUrl: 'https://console/report.html',
    });
    expect(text).toContain('✓ auc vs champion: There is no champion yet.');
  });
  test('long lists end with what was left out', () => {
    const results = Array.from({ length: 40 }, (_, i) => ({
      id: `t${i}`,
      kind: 'golden',
      passed: i > 2,
      detail: '',
      durationMs: 12,
    }));
    const counts = { tests: 500, failed: 3 };
    const suite = { endpoint: 'loan-default', config: 'c', trigger: 'deploy' } as const;
    const message = endpointTestsMessage({ ...suite, results, counts: { tests: 40, failed: 3 } });
    const body = JSON.stringify(message.blocks);
    expect(body).toContain('… and 25 more');
    const long = endpointTestsMessage({ ...suite, results, counts });
    expect(JSON.stringify(long.blocks)).toContain('… and 485 more');
    const short = endpointTestsMessage({ ...suite, results: results.slice(0, 4), counts });
    expect(JSON.stringify(short.blocks)).toContain('… and 496 more');
    expect(body).toContain('3 of 40 tests failed');
    expect(body.indexOf('t2`')).toBeLessThan(body.indexOf('t3`'));
  });
  test('a pending model says how to approve it', () => {
    const message = registeredMessage({
      pipeline: 'p',
      runId: 'r',
      modelPackageArn: 'arn:m/3',
      version: 3,
      approval: 'PendingManualApproval',
      howToApprove: 'npx tidegate approve p',
    });
    expect(message.text).toContain('npx tidegate approve p');
    expect(message.blocks[0]).toMatchObject({ type: 'header', text: { text: '🖐️ p: version 3 waits for approval' } });
  });
  test('a failure says that the drop is kept and what to do', () => {
    const { text: said } = runFailedMessage({
      error: 'SchemaMismatchError',
      message: 'column income is missing',
      fix: 'Add it.',
      dropKept: true,
      drop: 'p/d/',
    });
    expect(said).toMatch(
      /A drop: the run failed[\s\S]*column income is missing[\s\S]*What to do: Add it\.[\s\S]*untouched: p\/d\//,
    );
  });
});
