import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type BacktestOptions, backtest } from '#cli/backtest/backtest';
import { backtestLines, remarks } from '#cli/backtest/describe';
import type { LocalModel } from '#cli/backtest/local-model';
import { answerRows } from '#cli/backtest/measure-window';
import type { Subject } from '#cli/backtest/subject';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { buildBaseline } from '#domain/drift/baseline';
import { driftColumns } from '#domain/drift/columns';
import { byDrift } from '#domain/drift/registry';
import { overrideSettings } from '#domain/drift/replay/settings';
import { trainingRowsOf } from '#domain/drift/windows/training-rows';
import { parseFeatures } from '#domain/evaluation/score-text';
import { createRandom } from '#domain/random';
import { artifactKeys } from '#domain/runs/layout';
import { mergeCleanBaseline } from '#functions/shards/clean-baseline';
import { readDropDrift } from '#functions/shards/drop-drift';
import { openEngine } from '#functions/shards/duckdb';
import { pipelineSchema } from '#schemas/pipeline';
import { type DataRun, smallPipeline, startRun } from '../../fakes/data-run.ts';

const definition = smallPipeline(
  {
    id: 'id',
    time: 'at',
    columns: {
      email: { role: 'pii', action: 'tokenize' },
      phone: { role: 'pii', action: 'drop' },
      income: { role: 'feature', type: 'number' },
      home: { role: 'feature', type: 'category' },
    },
  },
  { drift: { schedule: 'rate(1 day)', source: 'newest-drop', minRows: 20 } },
);
const header = 'id,at,y,email,phone,income,home';

/** Rows of some days; the income is moved, and with it the label follows the other way round where `turned`. */
function book(seed: number, { rows = 400, day = 1, shift = 0, turned = false } = {}): string[] {
  const random = createRandom(seed);
  return Array.from({ length: rows }, (_, i) => {
    const income = random.float();
    const risky = random.float() < 0.1 + 0.8 * (turned ? income : 1 - income) ? 1 : 0;
    const at = new Date(Date.UTC(2026, 0, day, 0, i)).toISOString();
    const name = `person-${seed}-${i}@example.org`;
    return `i${seed}-${i},${at},${risky},${name},+49 170 ${1_000_000 + i},${(income + shift).toFixed(4)},h${random.below(3)}`;
  });
}
const file = (rows: readonly string[], head = header): string => [head, ...rows, ''].join('\n');

let champion: DataRun;
let folder: string;
let subject: Subject;
const written = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const unscored = async () => ({ unscored: 'a test has no model' });
const replay = (files: readonly string[], own: Partial<BacktestOptions> = {}, of: Partial<Subject> = {}) =>
  backtest({ ...subject, ...of }, { files, serve: unscored, ...own });
/** A model that knows the income as `book` does. */
const model = (): LocalModel & { stopped: boolean; requests: string[] } => {
  const found = {
    stopped: false,
    requests: [] as string[],
    async score(csv: string) {
      found.requests.push(csv);
      const incomes = csv
        .trimEnd()
        .split('\n')
        .map((line) => Number(line.split(',')[0]));
      return incomes.map((income) => Math.min(Math.max(0.9 - 0.8 * income, 0), 1)).join('\n');
    },
    async stop() {
      found.stopped = true;
    },
  };
  return found;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backtest-'));
  champion = await startRun(definition, 'r1');
  champion.drop('small/first/0.csv', file(book(1, { rows: 1500 })));
  await champion.desensitize('small/first/0.csv');
  await champion.fit();
  await champion.encode();
  const fitted = await champion.fitted();
  const trained = await mergeCleanBaseline(champion.artifacts, champion.run, 1, fitted);
  if (!trained?.sample) throw new Error('the run has no bins, or no sample of its training rows');
  const inputs = fitted.features.map(({ source: column }, at) => ({ at, column }));
  const kept = trainingRowsOf(trained.sample, fitted, { inputs, leftOut: [] });
  await champion.artifacts.writeJson(artifactKeys(champion.run).trainingRows, kept);
  const clean = { ...trained.clean, trainingRows: true };
  const pipeline = pipelineSchema.parse(definition);
  subject = {
    run: champion.run,
    artifacts: champion.artifacts,
    pipeline,
    drift: overrideSettings(pipeline.drift, []),
    differs: false,
    evaluation: pipeline.evaluation,
    threshold: 0.5,
    fitted,
    format: xgboost,
    baseline: { version: 1, rows: 0, columns: [], clean },
    kept: false,
  };
  // the model inputs as a baseline of requests, by the backtest's own count of the training file
  const engine = await openEngine({ memoryMb: 512 });
  const rows = `read_parquet('${join(champion.folder, 'clean', 'small/runs/r1/clean/00000.parquet')}')`;
  const asked = model();
  const empty = buildBaseline({
    rows: 0,
    columns: driftColumns(fitted, { rows: 0, width: fitted.features.length, values: new Float64Array(0) }),
    scores: { task: 'binary', values: new Float64Array(0) },
  });
  const answered = await answerRows(
    { engine, rows, labelled: true },
    { fitted, format: xgboost, model: asked },
    empty,
    folder,
  );
  engine.close();
  const matrix = parseFeatures(asked.requests.join(''), fitted.features.length, 'training');
  const scores = { task: 'binary', values: answered.scores ?? new Float64Array(0) } as const;
  subject = {
    ...subject,
    baseline: {
      ...buildBaseline({ rows: matrix.rows, columns: driftColumns(fitted, matrix), scores }),
      clean,
    },
  };
});
afterAll(() => {
  champion[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('a backtest of drops', () => {
  it('finds what the product finds of the same file as a drop', async () => {
    const later = book(2, { shift: 0.3 });
    await champion.artifacts.writeJson(artifactKeys(champion.run).baseline, subject.baseline);
    const drop = await startRun(definition, 'r2', champion.folder);
    drop.drop('small/second/0.csv', file(later));
    await drop.desensitize('small/second/0.csv');
    await drop.fit(1, champion.run);
    const expected = await readDropDrift(champion.artifacts, drop.run);

    const { windows } = await replay([written('later.csv', file(later))]);

    expect(windows).toHaveLength(1);
    expect(windows[0]).toMatchObject({
      name: 'later.csv',
      rows: 400,
      drifted: true,
      driftedColumns: expected?.driftedColumns,
      alarm: true,
      decidedBy: 'columns',
    });
    expect(windows[0]?.columns).toEqual(expected?.columns.toSorted(byDrift()));
  });

  it('cuts the rows of all files by time, and judges each window', async () => {
    const files = [
      written('a.csv', file(book(3, { day: 1 }))),
      written('b.csv.gz', gzipSync(file(book(4, { day: 3, shift: 0.3 })))),
      written('few.csv', file(book(5, { day: 6, rows: 5 }))),
    ];
    const found = await replay(files, { window: '1d' });
    expect(found.windows.map(({ name, rows, alarm, tooSmall }) => [name, rows, alarm, tooSmall])).toEqual([
      ['2026-01-01', 400, false, false],
      ['2026-01-02', 0, false, true],
      ['2026-01-03', 400, true, false],
      ['2026-01-04', 0, false, true],
      ['2026-01-05', 0, false, true],
      ['2026-01-06', 5, false, true],
    ]);
    expect(backtestLines(found, subject).join('\n')).toMatch(
      /1 alarm in 2 windows; 4 windows with too few rows to judge:\n {2}2026-01-04 {2}income/,
    );
  });

  it('compares everything but the label where the rows have none, and says so', async () => {
    const rows = book(6);
    const without = rows.map((row) =>
      row
        .split(',')
        .filter((_, i) => i !== 2)
        .join(','),
    );
    const empty = rows.map((row) => row.split(',').with(2, '').join(','));
    for (const path of [
      written('without.csv', file(without, header.replace(',y', ''))),
      written('empty.csv', file(empty)),
    ]) {
      const found = await replay([path]);
      const [window] = found.windows;
      expect(window).toMatchObject({ rows: 400, alarm: false });
      expect(window?.columns.map(({ column }) => column).toSorted()).toEqual(['email', 'home', 'income']);
      expect(remarks(found, subject).join('\n')).toMatch(
        /(without|empty)\.csv was read without its label: file 1 of the drop/,
      );
    }
  });

  it('leaves out malformed rows, and rows without a time, and counts them', async () => {
    const rows = book(7);
    const bad = [
      `${rows[0]?.replace(/,0\.\d+,/, ',much,')}`,
      ...rows.slice(1, 3).map((row) => row.split(',').with(1, '').join(',')),
      ...rows.slice(3),
    ];
    const pipeline = { ...subject.pipeline, dataset: { ...subject.pipeline.dataset, maxMalformedFraction: 0.1 } };
    const found = await replay([written('bad.csv', file(bad))], { window: '1d' }, { pipeline });
    expect(found).toMatchObject({ timeless: 2, files: [{ rows: 399, malformed: 1 }] });
    expect(found.windows[0]?.rows).toBe(397);
    expect(remarks(found, subject)).toEqual(
      expect.arrayContaining(['bad.csv: 1 malformed row left out.', '2 rows without a time left out.']),
    );
  });

  it('refuses a file that is no drop of the pipeline, for what is wrong with it', async () => {
    const path = written('strange.csv', 'a,b\n1,2\n');
    await expect(replay([path])).rejects.toThrow(/file 1 of the drop: only 0 of the 7 expected columns/);
  });

  it('needs times for windows of time', async () => {
    const { time: _, ...dataset } = subject.pipeline.dataset;
    const pipeline = { ...subject.pipeline, dataset };
    await expect(replay([], { window: '7d' }, { pipeline })).rejects.toThrow(
      /has no dataset\.time.*Leave --window out/,
    );
  });

  it('of files without a row has no window of time', async () => {
    expect((await replay([written('blank.csv', `${header}\n`)], { window: '7d' })).windows).toEqual([]);
  });

  it('shows no value of a personal column, and leaves no file behind', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'backtest-scratch-'));
    vi.stubEnv('TMPDIR', scratch);
    const found = await replay([written('people.csv', file(book(8, { shift: 0.3 })))]);
    expect(JSON.stringify(found)).not.toMatch(/person-8|\+49|tok_/);
    expect(backtestLines(found, subject).join('\n')).not.toMatch(/person-8|\+49|tok_/);
    vi.unstubAllEnvs();
    expect(readdirSync(scratch)).toEqual([]);
    rmSync(scratch, { recursive: true });
  });
});

describe('a backtest of requests', () => {
  const captures = () => ({ drift: overrideSettings(subject.drift, ['source=captures']) });

  it('has the model answer each row once, and compares its scores and inputs with the baseline', async () => {
    const asked = model();
    const files = [written('same.csv', file(book(9))), written('moved.csv', file(book(10, { shift: 0.4 })))];
    const found = await replay(files, { serve: async () => asked }, captures());

    expect(asked.stopped).toBe(true);
    expect(asked.requests.join('').trimEnd().split('\n')).toHaveLength(800);
    expect(found.windows.map(({ alarm, score }) => [alarm, score?.drifted])).toEqual([
      [false, false],
      [true, true],
    ]);
    // requests do not hold the label, nor columns that the model does not read
    expect(found.windows[0]?.columns.map(({ column }) => column).toSorted()).toEqual(['home', 'income']);
    expect(found).not.toHaveProperty('unscored');
  });

  it('measures what the labels show', async () => {
    const files = [written('before.csv', file(book(11))), written('turned.csv', file(book(12, { turned: true })))];
    const { windows } = await replay(files, { serve: async () => model() }, captures());
    expect(windows[0]?.realised?.low).toBeGreaterThan(0.65);
    expect(windows[1]?.realised?.high).toBeLessThan(0.35);
    expect(windows[1]?.performance).toMatchObject({ status: 'none' });
  });

  it('does not compare labels of other classes with the scores', async () => {
    const pipeline = pipelineSchema.parse(
      smallPipeline({
        ...(definition as { dataset: object }).dataset,
        label: { column: 'y', positive: '0', negative: '1' },
      }),
    );
    const found = await replay(
      [written('other.csv', file(book(13)))],
      { serve: async () => model() },
      { ...captures(), pipeline },
    );
    expect(found.windows[0]).not.toHaveProperty('realised');
    expect(remarks(found, subject).join('\n')).toContain('the pipeline on disk has other classes than the model');
  });

  it('without scores compares the inputs, and says that nothing is estimated', async () => {
    const found = await replay([written('inputs.csv', file(book(14, { shift: 0.4 })))], {}, captures());
    expect(found).toMatchObject({ unscored: 'a test has no model' });
    expect(found.windows[0]).toMatchObject({
      drifted: true,
      alarm: true,
      performance: { status: 'none', reason: 'no estimate: a test has no model' },
    });
    expect(found.windows[0]).not.toHaveProperty('score');
    expect(remarks(found, { ...subject, differs: true }).join('\n')).toMatch(
      /neither estimated nor measured.*\nLive checks of this model have other thresholds/,
    );
  });

  it('counts a drop by its inputs where the run kept no clean columns', async () => {
    const { clean: _, ...baseline } = subject.baseline;
    const found = await replay([written('former.csv', file(book(15)))], { serve: async () => model() }, { baseline });
    expect(found.windows[0]?.columns.map(({ column }) => column).toSorted()).toEqual(['home', 'income']);
    expect(found.windows[0]).not.toHaveProperty('score');
    expect(found.windows[0]?.realised).toBeDefined();
    expect(remarks(found, subject).join('\n')).toContain('A check of the newest drop has no scores');
  });
});
