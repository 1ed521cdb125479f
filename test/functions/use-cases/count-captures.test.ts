import { describe, expect, it } from 'vitest';
import { buildWindow } from '#domain/drift/baseline';
import { driftColumns } from '#domain/drift/columns';
import { windowOf } from '#domain/drift/windows/sketch';
import { artifactKeys } from '#domain/runs/layout';
import { readCountedWindow } from '#functions/shards/counted-captures';
import { listCaptures } from '#functions/use-cases/list-captures';
import { baselineSchema } from '#schemas/records/baseline';
import { type CapturedRun, capturedRun } from '../support/captured-run.ts';
import { countAll, countPlan } from '../support/count-captures.ts';
import { models, type Task } from '../support/evaluated-run.ts';

const checkedAt = '2026-01-10T00:00:00.000Z';
const window = { from: '2026-01-09T00:00:00.000Z', to: checkedAt };

const baselineOf = ({ artifacts, run }: CapturedRun) =>
  artifacts.readJson(artifactKeys(run.run).baseline, baselineSchema);
/** Counts everything and reads the window. */
async function read(own: CapturedRun, span = window, perRow = 1) {
  const counted = await countAll(own, checkedAt);
  if (!counted) throw new Error('nothing is counted');
  const baseline = await baselineOf(own);
  const shape = { width: own.matrix.width, perRow };
  return { ...(await readCountedWindow(own.artifacts, counted, [span], baseline, shape)), baseline, counted };
}

describe.each<Task>(['binary', 'multiclass', 'regression'])('captures of a %s endpoint', (task) => {
  it('add up over objects, hours and checks to the counts of the same rows, with all of them as the sample', async () => {
    using own = await capturedRun({}, task);
    const { lines, matrix, request } = own;
    await own.ask('2026-01-09T00:30:00Z', 'a', lines.slice(0, 10));
    await own.put(
      '2026-01-09T01:59:59Z',
      'b',
      ...lines.slice(10, 13).map((line) => request([line], '2026-01-09T02:00:00Z')),
    );
    await countAll(own, '2026-01-09T12:00:00.000Z');
    await own.ask('2026-01-09T01:10:00Z', 'late', lines.slice(13, 20));
    await own.ask('2026-01-09T23:59:59Z', 'd', lines.slice(20));

    const perRow = models[task](0).length;
    const { sketch, answered, baseline } = await read(own, window, perRow);

    const values = Float64Array.from(lines.flatMap((line) => [...models[task](Number(line.split(',')[0]))]));
    const fitted = await own.run.fitted();
    const scores = task === 'multiclass' ? { task, values, classes: fitted.label.classes } : { task, values };
    const whole = { rows: matrix.rows, columns: driftColumns(fitted, matrix), scores };
    expect(windowOf(baseline, sketch)).toEqual(buildWindow(baseline, whole));
    expect(sketch).toMatchObject({ rows: lines.length, captures: 6, unread: { unusable: 0, damaged: 0 } });
    expect(answered.inputs.rows).toBe(lines.length);
    expect(answered.inputs.values.toSorted()).toEqual(matrix.values.toSorted());
    expect(answered.scores.toSorted()).toEqual(values.toSorted());
  });
});

describe('captures', () => {
  it('of no request are a window without rows', async () => {
    using own = await capturedRun();
    const { sketch, answered } = await read(own);
    expect(sketch).toMatchObject({ rows: 0, captures: 0 });
    expect(sketch.score?.counts.every((n) => n === 0)).toBe(true);
    expect(answered.inputs).toMatchObject({ rows: 0, width: own.matrix.width });
  });

  it('that are cut, damaged, or gone since they were listed are counted and named', async () => {
    using own = await capturedRun();
    const time = '2026-01-09T10:00:00Z';
    const whole = own.request(own.lines.slice(0, 4), time);
    const cut = await own.put(time, 'cut', whole, whole.slice(0, 50));
    const other = whole.replace('"data":"', '"data":"1,');
    await own.put('2026-01-09T11:00:00Z', 'other', whole, other);
    const noText = await own.put('2026-01-09T12:00:00Z', 'zipped', '\u0000\u0001');
    const vanished = await own.put('2026-01-09T13:00:00Z', 'vanished', whole);
    const listed = await listCaptures(own, { pipeline: 'loan', checkedAt, by: checkedAt, done: null });
    const readText = (key: string) => own.clean.readText(key.endsWith(vanished) ? `${key}.gone` : key);
    await countPlan({ ...own, clean: { ...own.clean, readText } }, listed);
    await listCaptures(own, { pipeline: 'loan', checkedAt, by: checkedAt, done: listed.planKey });

    const { sketch } = await read(own);
    expect(sketch).toMatchObject({ rows: 8, captures: 2 });
    expect(sketch.unread).toEqual({ unusable: 1, damaged: 3, objects: 3, named: [cut, noText, vanished] });
  });

  it('are read again where that failed for another reason', async () => {
    using own = await capturedRun();
    await own.ask('2026-01-09T10:00:00Z', 'a');
    const readText = () => Promise.reject(new Error('SlowDown'));
    await expect(countAll({ ...own, clean: { ...own.clean, readText } }, checkedAt)).rejects.toThrow('SlowDown');
    expect((await read(own)).sketch.rows).toBe(own.lines.length);
  });

  it('of some hours are read, as they were when a check counted', async () => {
    using own = await capturedRun();
    await own.ask('2026-01-09T10:00:00Z', 'a', own.lines.slice(0, 5));
    await own.ask('2026-01-09T12:00:00Z', 'b', own.lines.slice(0, 6));
    const { counted, baseline } = await read(own);
    await own.ask('2026-01-09T10:30:00Z', 'late', own.lines.slice(0, 7));
    await countAll(own, '2026-01-10T01:00:00.000Z');
    const rowsIn = async (count: number, ...spans: [string, string][]) => {
      const between = spans.map(([from, to]) => ({ from: `2026-01-09T${from}:00Z`, to: `2026-01-09T${to}:00Z` }));
      const shape = { width: own.matrix.width, perRow: 1 };
      const { sketch } = await readCountedWindow(own.artifacts, { ...counted, count }, between, baseline, shape);
      return sketch.rows;
    };

    expect(await rowsIn(1, ['10:00', '13:00'])).toBe(11);
    expect(await rowsIn(2, ['10:00', '13:00'])).toBe(18);
    expect(await rowsIn(2, ['12:00', '13:00'], ['09:00', '10:01'])).toBe(18);
    expect(await rowsIn(2, ['11:00', '12:00'])).toBe(0);
    expect(await rowsIn(2)).toBe(0);
  });
});
