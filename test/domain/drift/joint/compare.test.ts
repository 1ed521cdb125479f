import { describe, expect, it } from 'vitest';
import { buildBaseline, buildWindow } from '#domain/drift/baseline';
import { compareBy, compareWindow } from '#domain/drift/compare';
import { sketchEmbeddings } from '#domain/drift/embeddings/sketch';
import { judgeTogether, measureTogether, TOGETHER, togetherText } from '#domain/drift/joint/compare';
import { domainClassifier } from '#domain/drift/joint/domain-classifier';
import { embeddingClassifier } from '#domain/drift/joint/embedding-classifier';
import { JOINT_TESTS, jointThresholdsOf } from '#domain/drift/joint/registry';
import { type JointRows, jointRows, type KnownRows } from '#domain/drift/joint/rows';
import { thresholdsOf } from '#domain/drift/registry';
import { driftSchema } from '#domain/drift/settings';
import { rowsOf } from '#domain/drift/windows/row-sample';
import { trainingRowsOf } from '#domain/drift/windows/training-rows';
import { createRandom } from '#domain/random';
import { driftReportSchema, jointDriftSchema } from '#schemas/records/baseline';
import { trainingRowsSchema } from '#schemas/records/training-rows';
import { matrixOf, pairs } from './support.ts';

const drift = driftSchema.parse({ schedule: 'rate(1 day)' });

/** Two columns, their counts, and rows of both samples. */
function drawn(before: number, now: number, names = ['income', 'debt', 'age']) {
  const random = createRandom(11);
  const [earlier, later] = [matrixOf(1000, pairs(3, before), random), matrixOf(600, pairs(3, now), random)];
  const columnsOf = (matrix: typeof earlier) =>
    names.map((_, at) => ({
      column: `x${at}`,
      kind: 'number' as const,
      values: Float64Array.from({ length: matrix.rows }, (__, row) => matrix.values[row * 3 + at] as number),
    }));
  const baseline = buildBaseline({ rows: 1000, columns: columnsOf(earlier) });
  const window = buildWindow(baseline, { rows: 600, columns: columnsOf(later) });
  const together: JointRows = { columns: names, before: earlier, now: later, leftOut: [] };
  return { baseline, window, together };
}

describe('all columns together', () => {
  it('drift where a relation changed and no column moved', () => {
    const report = compareBy(drift, drawn(0.8, -0.8));
    expect(report).toMatchObject({ drifted: true, driftedColumns: [] });
    expect(jointDriftSchema.parse(report.together)).toMatchObject({
      column: TOGETHER,
      drifted: true,
      rows: 600,
      columns: 3,
      causes: [{ columns: ['income', 'debt'] }],
    });
    expect(report.together?.reason).toMatch(
      /^Classifier AUC 0\.\d+ is over 0\.6; most of it: the relation of income and debt \(\d+ %, correlation from 0\.\d+ to −0\.\d+\)\.$/,
    );
  });

  it('are steady where nothing moved', () => {
    const { together, drifted, notTogether } = compareBy(drift, drawn(0.8, 0.8));
    expect([drifted, together?.drifted, together?.causes, notTogether]).toEqual([false, false, [], undefined]);
    expect(together?.reason).toMatch(/^Classifier AUC 0\.\d+ is within 0\.6\.$/);
  });

  it('have a share in the correction over columns', () => {
    const { together, ...counts } = drawn(0.8, 0.8);
    const input = { ...counts, thresholds: thresholdsOf(drift), minRows: 1 };
    const sure = { ...domainClassifier, measure: () => ({ statistic: 0.9, p: 0.004, causes: [] }) };
    const report = (falseAlarmRate: number) =>
      compareWindow({ ...input, together, jointThresholds: { domainClassifier: 0.6 }, falseAlarmRate }, undefined, [
        sure,
      ]);
    expect(report(0.01).together?.drifted).toBe(false);
    expect(report(0.01).together?.reason).toBe('Classifier AUC 0.9 may be chance.');
    expect(report(0.05).together?.drifted).toBe(true);
  });

  it('are not compared where the test is off, the window is too small, or there are no rows', () => {
    const input = drawn(0.8, -0.8);
    expect(compareBy({ ...drift, domainClassifier: false }, input)).not.toHaveProperty('together');
    expect(compareBy({ ...drift, domainClassifier: false }, { ...input, together: 'no rows' })).not.toHaveProperty(
      'notTogether',
    );
    expect(compareBy(drift, { ...input, together: 'no rows' })).toMatchObject({
      drifted: false,
      notTogether: 'no rows',
    });
    expect(compareBy(drift, input, 5000)).toMatchObject({ tooSmall: true, drifted: false });
    expect(jointThresholdsOf({ domainClassifier: 0.7, psi: 1 })).toEqual({ domainClassifier: 0.7 });
  });

  it('name a column by itself, and a pair of several inputs without a correlation', () => {
    const { together } = drawn(0.8, -0.8, ['home', 'debt', 'home']);
    const effects = measureTogether(
      { ...together, now: { ...together.now, values: together.now.values.map((x) => x + 2) } },
      JOINT_TESTS,
      { domainClassifier: 0.6 },
    );
    const found = judgeTogether(together, effects, 0.01);
    expect(found.columns).toBe(2);
    expect(found.reason).toMatch(/most of it: home \([\d.]+ %\), debt \([\d.]+ %\)/);
    const pair = found.causes.find(({ columns }) => columns.length === 2 && columns.includes('debt'));
    expect(pair).toBeDefined();
    expect(pair).not.toHaveProperty('correlation');
  });
});

describe('an embedding', () => {
  const names = ['income', 'debt', 'age'];
  /** All inputs as one embedding; a window where their relation flipped, or not. */
  const withEmbedding = (before: number, now: number, columns: readonly string[] = names) => {
    const { together, ...counts } = drawn(before, now);
    const { before: earlier, now: later } = together;
    return {
      ...counts,
      together: { ...together, columns, embeddings: [{ name: 'profile', before: earlier, now: later }] },
    };
  };

  it('is one finding among the columns, with its own effect and significance', () => {
    const report = driftReportSchema.parse(compareBy(drift, withEmbedding(0.8, -0.8)));
    expect(report.driftedColumns).toEqual(['profile']);
    expect(report.columns.at(-1)).toMatchObject({ column: 'profile', kind: 'embedding', drifted: true });
    expect(Object.keys(report.columns.at(-1)?.tests ?? {})).toEqual(['embeddingClassifier']);
    expect(report.columns.at(-1)?.reason).toMatch(
      /^Embedding AUC 0\.\d+ is over 0\.55; most of it: its spread and the relations of its numbers, not its centre\.$/,
    );
    expect(report.together?.drifted).toBe(true);
  });

  it('is steady where nothing moved', () => {
    const { drifted, columns } = compareBy(drift, withEmbedding(0.8, 0.8));
    expect(drifted).toBe(false);
    expect(columns.at(-1)).toMatchObject({ column: 'profile', drifted: false });
    expect(columns.at(-1)?.reason).toMatch(/^Embedding AUC 0\.\d+ is within 0\.55\.$/);
  });

  it('is compared where the model has one other input, and all columns together are not', () => {
    const { together, notTogether, driftedColumns } = compareBy(drift, withEmbedding(0.8, -0.8, ['income']));
    expect(together).toBeUndefined();
    expect(notTogether).toBe('the model has fewer than two inputs to compare');
    expect(driftedColumns).toEqual(['profile']);
  });

  it('is not compared where its test is off, and may be where that of all columns is', () => {
    const off = compareBy({ ...drift, embeddingClassifier: false }, withEmbedding(0.8, -0.8));
    expect(off.columns.map(({ column }) => column)).toEqual(['x0', 'x1', 'x2']);
    expect(off.together?.drifted).toBe(true);
    const alone = compareBy({ ...drift, domainClassifier: false }, withEmbedding(0.8, -0.8));
    expect([alone.together, alone.notTogether, alone.driftedColumns]).toEqual([undefined, undefined, ['profile']]);
  });

  it('has a share in the correction over columns', () => {
    const { together, ...counts } = withEmbedding(0.8, 0.8);
    const sure = { ...embeddingClassifier, measure: () => ({ statistic: 0.9, p: 0.004, causes: [] }) };
    const drifted = (falseAlarmRate: number) =>
      compareWindow(
        {
          ...counts,
          together,
          thresholds: thresholdsOf(drift),
          minRows: 1,
          jointThresholds: { embeddingClassifier: 0.6 },
          falseAlarmRate,
        },
        undefined,
        [sure],
      ).columns.at(-1);
    expect(drifted(0.01)).toMatchObject({ drifted: false, reason: 'Embedding AUC 0.9 may be chance.' });
    expect(drifted(0.05)).toMatchObject({ drifted: true, reason: 'Embedding AUC 0.9 is over 0.6.' });
  });
});

describe('the rows to compare', () => {
  const known: KnownRows = {
    inputs: [
      { at: 2, column: 'c' },
      { at: 0, column: 'a' },
    ],
    leftOut: [{ column: 'b', reason: 'the model hardly uses it' }],
    rows: 50,
    values: Array.from({ length: 100 }, (_, i) => (i === 0 ? null : i)),
  };
  const all = matrixOf(60, () => [1, 2, 3], createRandom(1));

  it('are those of the inputs that were kept', () => {
    const rows = jointRows(known, all);
    if (typeof rows === 'string') throw new Error(rows);
    expect(rows.columns).toEqual(['c', 'a']);
    expect([...rows.now.values.slice(0, 4)]).toEqual([3, 1, 3, 1]);
    expect([...rows.before.values.slice(0, 3)]).toEqual([Number.NaN, 1, 2]);
    expect(rows.leftOut).toEqual(known.leftOut);
  });

  it('are those of embeddings too', () => {
    const sketches = sketchEmbeddings([{ name: 'text', at: [0, 1] }], all);
    const rows = jointRows({ ...known, inputs: [], embeddings: sketches }, all);
    if (typeof rows === 'string') throw new Error(rows);
    expect(rows.embeddings?.map(({ name, now }) => [name, now.rows, now.width])).toEqual([['text', 60, 2]]);
    expect(jointRows(known, all)).not.toHaveProperty('embeddings');
  });

  it('may be those of earlier windows', () => {
    expect(jointRows(known, all, all)).toMatchObject({ before: { rows: 60, width: 2 } });
  });

  it.each([
    ['fewer than two inputs', { ...known, inputs: known.inputs.slice(1) }, all, undefined],
    ['the window has a sample of 0 rows', known, { ...all, rows: 0 }, undefined],
    ['the baseline has a sample of 49 rows', { ...known, rows: 49 }, all, undefined],
    ['the baseline has a sample of 10 rows', known, all, { ...all, rows: 10 }],
  ] as const)('are too few: %s', (why, of, now, before) => {
    expect(jointRows(of, now, before)).toContain(why);
  });

  it('are kept of a sample of the training rows', () => {
    const matrix = matrixOf(2, () => [1, Number.NaN, 3], createRandom(1));
    const sample = rowsOf('training', { inputs: matrix, scores: new Float64Array(0) });
    const features = Array.from({ length: 3 }, () => ({}) as never);
    const kept = trainingRowsOf(
      sample,
      { features },
      {
        inputs: [
          { at: 1, column: 'b' },
          { at: 2, column: 'c' },
        ],
        leftOut: [],
      },
    );
    expect(trainingRowsSchema.parse(kept)).toMatchObject({ rows: 2, values: [null, 3, null, 3] });
    expect(trainingRowsSchema.safeParse({ ...kept, rows: 3 }).success).toBe(false);
    expect(kept).not.toHaveProperty('embeddings');
    const embedded = trainingRowsOf(sample, { features }, { inputs: [], leftOut: [] }, [{ name: 'text', at: [0, 2] }]);
    expect(trainingRowsSchema.parse(embedded).embeddings).toMatchObject([{ name: 'text', centre: [1, 3], at: [0, 2] }]);
  });
});

describe('the sentence about them', () => {
  const together = {
    column: TOGETHER,
    tests: {},
    drifted: false,
    reason: '',
    rows: 2000,
    columns: 12,
    causes: [],
    leftOut: [
      { column: 'a', reason: 'the model hardly uses it' },
      { column: 'b', reason: 'the model hardly uses it' },
    ],
  };
  it('says what was compared, what was left out, and why nothing was', () => {
    expect(togetherText({ together })).toBe(
      'Compared together: 12 columns in a sample of 2,000 rows. Left out: a, b (the model hardly uses it).',
    );
    expect(togetherText({ together: { ...together, leftOut: [] } })).toBe(
      'Compared together: 12 columns in a sample of 2,000 rows.',
    );
    expect(togetherText({ notTogether: 'no rows' })).toBe('All columns together were not compared: no rows.');
    expect(togetherText({})).toBeUndefined();
  });
});
