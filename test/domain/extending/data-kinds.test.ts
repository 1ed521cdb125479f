import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { driftTable } from '#cli/commands/drift';
import { describeKinds } from '#cli/commands/tests';
import { cleanSelect } from '#domain/data/clean';
import { columnSchema, columnSchemaOf } from '#domain/data/column-schema';
import { fitTransform } from '#domain/data/fit';
import { featureSelectSql } from '#domain/data/transform';
import { describeTreatment } from '#domain/data/treatment';
import { DRIFT_ACTIONS, findAction } from '#domain/drift/actions/registry';
import { buildBaseline, buildWindow } from '#domain/drift/baseline';
import { driftColumns, type FeatureMatrix } from '#domain/drift/columns';
import { compareWindow } from '#domain/drift/compare';
import { decisionSettings } from '#domain/drift/decision/settings';
import { JOINT_TESTS, jointThresholdsOf } from '#domain/drift/joint/registry';
import { judgeLabels } from '#domain/drift/labels/judge';
import { LABEL_CHECKS } from '#domain/drift/labels/registry';
import { LABEL_CHECK_NAMES, labelSettingsSchema, labelSettingsSchemaOf } from '#domain/drift/labels/settings';
import { DRIFT_TESTS, thresholdsOf } from '#domain/drift/registry';
import { driftSchema, driftSchemaOf } from '#domain/drift/settings';
import { ENCODINGS } from '#domain/encodings/registry';
import { defaultTests } from '#domain/endpoint-tests/defaults';
import { ENDPOINT_TESTS, endpointTestSchema, endpointTestSchemaOf } from '#domain/endpoint-tests/registry';
import { runTest } from '#domain/endpoint-tests/run';
import { readTest } from '#domain/endpoint-tests/suite';
import { driftMessage } from '#domain/notices/drift';
import { PRIVACY_ACTIONS } from '#domain/privacy/registry';
import { pipelineSchema } from '#schemas/pipeline';
import { driftReportSchema } from '#schemas/records/baseline';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { labelFindingSchema } from '#schemas/records/label-window';
import type { Profile } from '#schemas/records/profile';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';
import { fakeSession } from '../../fakes/test-session.ts';
import { expectNothingRaw } from '../../support/honeytokens.ts';
import { comparisonOf, drawSample } from '../drift/labels/samples.ts';
import { baseRate } from './base-rate.ts';
import { emailDomain } from './email-domain.ts';
import { gappyRows } from './gappy-rows.ts';
import { log } from './log.ts';
import { missingRatio } from './missing-ratio.ts';
import { refusal } from './refusal.ts';
import { retrainIfCritical } from './retrain-if-critical.ts';

/** What docs/extend.md adds to each registry. */
const actions = [...PRIVACY_ACTIONS, emailDomain];
const encodings = [...ENCODINGS, log];
const driftTests = [...DRIFT_TESTS, missingRatio] as const;
const jointTests = [...JOINT_TESTS, gappyRows] as const;
const driftActions = [...DRIFT_ACTIONS, retrainIfCritical] as const;
const endpointTests = [...ENDPOINT_TESTS, refusal] as const;

const jsonSchema = (schema: z.ZodType) => JSON.stringify(z.toJSONSchema(schema, { io: 'input' }));
const stored = <S extends z.ZodType>(schema: S, value: unknown) => schema.parse(JSON.parse(JSON.stringify(value)));

/** A pipeline whose columns are of the kinds given. */
function pipelineWith(columns: Record<string, unknown>) {
  const schema = z.record(z.string(), columnSchemaOf(actions, encodings));
  const pipeline = pipelineSchema.parse(smallPipeline());
  return { ...pipeline, dataset: { ...pipeline.dataset, columns: schema.parse(columns) } };
}

describe('an added privacy action', () => {
  it('is an alternative of the schema of columns and of its JSON Schema', () => {
    expect(columnSchema.safeParse(emailDomain.example).success).toBe(false);
    expect(columnSchemaOf(actions, ENCODINGS).parse(emailDomain.example)).toMatchObject(emailDomain.example);
    expect(jsonSchema(columnSchemaOf(actions, ENCODINGS))).toContain('"email-domain"');
    const number = { ...emailDomain.example, feature: { type: 'number' } };
    expect(columnSchemaOf(actions, ENCODINGS).safeParse(number).error?.issues[0]).toMatchObject({
      path: ['feature', 'type'],
      message: 'a column cut to its domain is a category, not a number',
    });
  });

  it('decides what leaves the raw zone, and no raw value does', async () => {
    using engine = await testEngine();
    const pipeline = pipelineWith({ email: emailDomain.example });
    const raw = { sql: `(SELECT false AS _unreadable, '1' AS y, 'Ann@Example.com' AS email)` };
    const [row] = await engine.query('clean', cleanSelect(pipeline, raw, actions).sql);
    expect(row).toMatchObject({ email: 'example.com', _label: 1 });
    await expectNothingRaw([emailDomain], 20);
  });

  it('is shown by the report', () => {
    const spec = columnSchemaOf(actions, encodings).parse({ role: 'quasi', action: 'email-domain' });
    expect(describeTreatment('email', spec, { features: [], dropped: [] }, actions)).toBe('cut to its domain');
  });
});

describe('an added encoding', () => {
  const profile: Profile = {
    rows: 100,
    malformed: { rows: 0, reasons: [] },
    sides: {
      train: { rows: 70, classes: [40, 30], label: { count: 0, mean: 0, m2: 0, min: null, max: null } },
      validation: { rows: 15, classes: [10, 5], label: { count: 0, mean: 0, m2: 0, min: null, max: null } },
      test: { rows: 15, classes: [10, 5], label: { count: 0, mean: 0, m2: 0, min: null, max: null } },
    },
    columns: {
      x: { kind: 'number', missing: 0, trainMissing: 0, train: { count: 70, mean: 3, m2: 1, min: 0, max: 9 } },
    },
  };
  const fitted = () => {
    const pipeline = pipelineWith({ x: log.example });
    const run = { pipeline: 'small', runId: 'r' };
    const { fitted: transform } = fitTransform({ run, pipeline, profiles: [profile], quantiles: new Map() }, encodings);
    return stored(fittedTransformSchema, transform);
  };

  it('is a choice of the schema of columns and of its JSON Schema; the first of its type stays the default', () => {
    const schema = columnSchemaOf(PRIVACY_ACTIONS, encodings);
    expect(columnSchema.safeParse(log.example).success).toBe(false);
    expect(schema.parse(log.example)).toMatchObject(log.example);
    expect(schema.parse({ role: 'feature', type: 'number' })).toMatchObject({ encode: 'number', impute: 'median' });
    expect(jsonSchema(schema)).toContain('"enum":["number","bins","log"]');
  });

  it('is fitted, and its inputs are computed from clean rows', async () => {
    using engine = await testEngine();
    expect(fitted().features).toEqual([{ kind: 'log', name: 'log(x)', source: 'x' }]);
    const rows = '(SELECT unnest([0, -1, NULL]::DOUBLE[]) AS x)';
    const answer = await engine.query('encode', featureSelectSql(fitted(), rows, { encodings }));
    expect(answer.map((row) => row['x0'])).toEqual([0, -Math.log(2), null]);
  });

  it('is shown by the report and watched by drift checks', () => {
    const spec = columnSchemaOf(actions, encodings).parse(log.example);
    expect(describeTreatment('x', spec, fitted(), actions)).toBe('number, one model input');
    expect(driftColumns(fitted(), { rows: 1, width: 1, values: Float64Array.of(2) }, encodings)).toEqual([
      { column: 'log(x)', kind: 'number', values: Float64Array.of(2) },
    ]);
  });
});

describe('an added drift test', () => {
  const values = (missing: number) => Float64Array.from({ length: 400 }, (_, i) => (i < missing ? Number.NaN : i % 40));
  const rows = (missing: number) => ({
    rows: 400,
    columns: [{ column: 'x', kind: 'number' as const, values: values(missing) }],
  });
  const report = () => {
    const baseline = buildBaseline(rows(0));
    const window = buildWindow(baseline, rows(100));
    const section = driftSchemaOf(driftTests).parse({ schedule: 'rate(1 day)', psi: 9, ...missingRatio.example });
    const thresholds = thresholdsOf(section, driftTests);
    return stored(
      driftReportSchema,
      compareWindow({ baseline, window, thresholds, minRows: section.minRows }, driftTests),
    );
  };

  it('has a threshold in the schema of the drift section and in its JSON Schema', () => {
    const section = { schedule: 'rate(1 day)' };
    expect(driftSchema.safeParse({ ...section, ...missingRatio.example }).success).toBe(false);
    expect(driftSchemaOf(driftTests).parse(section)).toMatchObject({ psi: 0.2, ks: 0.1, missingRatio: 0.7 });
    expect(jsonSchema(driftSchemaOf(driftTests))).toContain('"missingRatio"');
  });

  it('judges, and its result bears its name', () => {
    const [column] = report().columns;
    expect(column?.tests).toMatchObject({
      psi: { drifted: false },
      missingRatio: { statistic: expect.closeTo(Math.log(201), 9), threshold: 1, drifted: true },
    });
    expect(column?.reason).toContain('Missing ratio 5.303 is over 1; most of it: missing values went from 0 % to 25 %');
    expect(report().driftedColumns).toEqual(['x']);
  });

  it('is shown by Slack and the CLI', () => {
    const { columns } = report();
    const table = driftTable({ columns }, driftTests);
    expect(table).toMatch(/COLUMN +STRONGEST TEST +EFFECT +LIMIT +BY CHANCE/);
    expect(table).toMatch(/Missing ratio +5\.303 +1\.000 +0\.0002/);
    const window = { from: '2026-01-01', to: '2026-01-02', rows: 400 };
    const { text } = driftMessage({ pipeline: 'small', window, columns, next: 'Check the data.' }, driftTests);
    expect(text).toContain('Missing ratio');
    expect(text).toContain('5.3');
  });
});

describe('an added test of all columns together', () => {
  const rows = (gappy: number): FeatureMatrix => ({
    rows: 200,
    width: 2,
    values: Float64Array.from({ length: 400 }, (_, i) => (i < 2 * gappy && i % 2 === 0 ? Number.NaN : i % 7)),
  });
  const report = (gappy: number) => {
    const section = driftSchemaOf(DRIFT_TESTS, DRIFT_ACTIONS, jointTests).parse({
      schedule: 'rate(1 day)',
      domainClassifier: false,
      ...gappyRows.example,
    });
    const counts = { rows: 200, columns: [{ column: 'x', kind: 'number' as const, values: new Float64Array(200) }] };
    const baseline = buildBaseline(counts);
    const together = { columns: ['x', 'y'], before: rows(0), now: rows(gappy), leftOut: [] };
    const jointThresholds = jointThresholdsOf(section, jointTests);
    const input = {
      baseline,
      window: buildWindow(baseline, counts),
      together,
      thresholds: thresholdsOf(section),
      jointThresholds,
      minRows: 1,
    };
    return stored(driftReportSchema, compareWindow(input, DRIFT_TESTS, jointTests));
  };

  it('has a threshold in the schema of the drift section and in its JSON Schema', () => {
    const section = { schedule: 'rate(1 day)' };
    expect(driftSchema.safeParse({ ...section, ...gappyRows.example }).success).toBe(false);
    expect(driftSchemaOf(DRIFT_TESTS, DRIFT_ACTIONS, jointTests).parse(section)).toMatchObject({ gappyRows: 0.05 });
    expect(jsonSchema(driftSchemaOf(DRIFT_TESTS, DRIFT_ACTIONS, jointTests))).toContain('"gappyRows"');
  });

  it('judges rows, and its result bears its name', () => {
    expect(report(50)).toMatchObject({
      drifted: true,
      driftedColumns: [],
      together: {
        tests: { gappyRows: { statistic: 0.25, threshold: 0.1, drifted: true } },
        reason: 'Gappy rows 0.25 is over 0.1.',
      },
    });
    expect(report(10).together).toMatchObject({ drifted: false, reason: 'Gappy rows 0.05 is within 0.1.' });
  });

  it('is shown by the CLI', () => {
    const { columns, together } = report(50);
    const table = driftTable({ columns, ...(together ? { together } : {}) }, [...DRIFT_TESTS, ...jointTests]);
    expect(table).toMatch(/all columns together +Gappy rows +0\.250 +0\.100/);
  });
});

describe('an added label check', () => {
  const names = [...LABEL_CHECK_NAMES, baseRate.name];
  const checks = [...LABEL_CHECK_NAMES.map((name) => LABEL_CHECKS[name]), baseRate];
  const rare = comparisonOf(drawSample({ seed: 5, truth: (odds) => odds - 1 }));

  it('is a value of drift.labels.checks and of its JSON Schema', () => {
    const section = { checks: [baseRate.name] };
    expect(labelSettingsSchema.safeParse(section).success).toBe(false);
    expect(labelSettingsSchemaOf(names).parse(section)).toMatchObject(section);
    expect(labelSettingsSchemaOf(names).parse({}).checks).toEqual(names);
    expect(jsonSchema(labelSettingsSchemaOf(names))).toContain('`base-rate`');
  });

  it('is measured with the others, and has its share of the false alarms', () => {
    const finding = stored(labelFindingSchema, judgeLabels(rare, checks).findings.at(-1));
    expect(finding).toMatchObject({ check: 'base-rate', severity: 'note', measures: [{ changed: true }] });
    expect(finding.reason).toMatch(/^positives went from 5\d(\.\d)? % to 3\d(\.\d)? %$/);
    expect(judgeLabels(comparisonOf(drawSample({ seed: 2 })), checks).findings.at(-1)?.reason).toContain(
      'which may be chance',
    );
    expect(baseRate.measure({ ...rare, task: 'regression' })).toMatchObject({ measured: false });
  });
});

describe('an added drift action', () => {
  const { name } = retrainIfCritical;

  it('is a value of drift.action and of its JSON Schema', () => {
    const section = { schedule: 'rate(1 day)', action: name };
    expect(driftSchema.safeParse(section).success).toBe(false);
    expect(driftSchemaOf(DRIFT_TESTS, driftActions).parse(section)).toMatchObject({ action: name });
    expect(jsonSchema(driftSchemaOf(DRIFT_TESTS, driftActions))).toContain(retrainIfCritical.summary);
  });

  it('answers an alarm', async () => {
    const action = findAction(name, driftActions);
    const alarm = (severity: 'warning' | 'critical') =>
      ({ decision: { severity }, carried: { retrains: [] }, settings: decisionSettings(undefined) }) as never;
    const reads = { busy: async () => ({ training: 'r5' }) } as never;
    expect(await action.plan(alarm('warning'), reads)).toMatchObject({ reason: 'no retrain: it is not critical' });
    expect(await action.plan(alarm('critical'), reads)).toMatchObject({
      reason: 'no retrain: run r5 is training already',
    });
  });
});

describe('an added endpoint test', () => {
  const item = { pk: 'endpoint', sk: 'test#no-numbers', kind: 'refusal', body: 'a,b,c' };

  it('is an alternative of the schema of tests and of its JSON Schema', () => {
    expect(endpointTestSchema.safeParse(refusal.example).success).toBe(false);
    expect(endpointTestSchemaOf(endpointTests).parse(refusal.example)).toEqual(refusal.example);
    expect(jsonSchema(endpointTestSchemaOf(endpointTests))).toContain('"refusal"');
  });

  it('is read from the table and judges what came back', async () => {
    expect(readTest(item, undefined)).toMatchObject({ kind: 'invalid' });
    const test = readTest(item, undefined, endpointTests);
    expect(test).toEqual(refusal.example);
    const asked: string[] = [];
    const answering = (status: number) => ({
      ...fakeSession(() => [0]),
      ask: async (body: string) => {
        asked.push(body);
        return { status, body: '', latencyMs: 1 };
      },
    });
    const result = (status: number) => runTest(test ?? { kind: 'none' }, answering(status), endpointTests);
    expect(await result(400)).toEqual({ passed: true, detail: 'status 400' });
    expect(await result(200)).toEqual({ passed: false, detail: 'status 200; it answered nothing' });
    expect(asked).toEqual(['a,b,c', 'a,b,c']);
  });

  it('is among the tests that every endpoint has, and in the help of the CLI', () => {
    const pipeline = pipelineSchema.parse(smallPipeline());
    const ids = defaultTests(pipeline, 's3://artifacts/golden.json', endpointTests).map(({ id }) => id);
    expect(ids).toEqual([
      'contract-default',
      'golden-default',
      'robustness-default',
      'latency-default',
      'refusal-default',
    ]);
    expect(describeKinds(endpointTests)).toContain(`refusal       ${refusal.summary}`);
  });
});

describe('docs/extend.md', () => {
  const docs = readFileSync(new URL('../../../docs/extend.md', import.meta.url), 'utf8');
  it.each([
    'email-domain.ts',
    'log.ts',
    'missing-ratio.ts',
    'gappy-rows.ts',
    'base-rate.ts',
    'retrain-if-critical.ts',
    'refusal.ts',
  ])('shows %s as it is tested here', (file) => {
    const source = readFileSync(new URL(file, import.meta.url), 'utf8');
    expect(docs).toContain(`\`\`\`ts\n${source}\`\`\``);
  });
});
