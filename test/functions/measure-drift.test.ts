import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listedCapturesSchema } from '#schemas/events/count-captures';
import { driftCheckSchema } from '#schemas/records/drift-check';
import { performanceReferenceSchema } from '#schemas/records/performance-estimate';
import { captureLine } from '../fakes/capture-line.ts';
import type { MemoryState } from '../fakes/memory-state.ts';
import { type FakeBuckets, fakeBuckets } from './support/buckets.ts';
import { type Calls, Crash, countCalls } from './support/crash.ts';
import { encodedRun, holdoutParts, publish, scoreHoldout } from './support/evaluated-run.ts';
import { championOf, context, endpointName, setStage } from './support/stage.ts';
import { fakeStateTable } from './support/state-table.ts';

const drift = { schedule: 'rate(1 day)', window: '24h', minRows: 20, action: 'retrain' };
const checkedAt = '2026-01-10T00:00:00Z';

let listCaptures: typeof import('#functions/list-captures').handler;
let countCaptures: typeof import('#functions/count-captures').handler;
let measureDrift: typeof import('#functions/measure-drift').handler;
let evaluateCandidate: typeof import('#functions/evaluate-candidate').handler;
let state: MemoryState;
let buckets: FakeBuckets;
/** The objects of a run that serves, and the lines of its holdout: made once a drift section, copied into each test's buckets. */
const made = new Map<string, { objects: Map<string, Buffer>; lines: string[] }>();
let lines: string[];

const check = async (at = checkedAt) =>
  driftCheckSchema.parse(
    await measureDrift({ pipeline: 'loan', executionArn: 'e1', checkedAt: at, counted: await count(at) }, context),
  );
/** Counts what is new, as the machine does. */
async function count(at: string) {
  for (let done: string | null = null; ; ) {
    const listed = listedCapturesSchema.parse(
      await listCaptures({ pipeline: 'loan', checkedAt: at, by: at, done }, context),
    );
    const { counting, planKey, counted } = listed;
    if (!counting || planKey === null) return counted;
    for (const batch of JSON.parse(buckets.text(`artifacts-bucket/${planKey}`) ?? '')) {
      await countCaptures({ counting, batch }, context);
    }
    done = planKey;
  }
}

async function serve(section: object | null = drift, promotedAt = '2026-01-01T00:00:00.000Z'): Promise<void> {
  const name = JSON.stringify(section);
  let model = made.get(name);
  if (!model) {
    using run = await encodedRun('binary', { runId: 'r1', rest: section ? { drift: section } : {} });
    await scoreHoldout(run, 'binary');
    const own = fakeBuckets();
    await publish(run, own);
    await evaluateCandidate({ run: run.run }, context);
    const parts = await Promise.all((await holdoutParts(run)).map((key) => run.clean.readText(key)));
    const objects = new Map(own.paths().map((path) => [path, own.bytes(path)]));
    model = { objects, lines: parts.join('').trimEnd().split('\n') };
    made.set(name, model);
  }
  world();
  for (const [path, content] of model.objects) buckets.put(path, content);
  lines = model.lines;
  await state.put('loan', 'champion', championOf(1, 'r1', promotedAt));
}
function world(calls?: Calls): void {
  state = fakeStateTable(calls);
  buckets = fakeBuckets();
}
/** The endpoint receives these rows in one request. */
function ask(rows: readonly string[], time: string): void {
  const hour = `${time.slice(0, 10).replaceAll('-', '/')}/${time.slice(11, 13)}`;
  const answers = rows.map((row) => 1 / (1 + Math.exp((50 - Number(row.split(',')[0])) / 10)));
  const path = `clean-bucket/loan/captures/${endpointName}/AllTraffic/${hour}/${rows.length}.jsonl`;
  buckets.put(path, captureLine(rows.join('\n'), answers.join('\n'), time));
}
/** The rows with `x` moved far out. */
const moved = () => lines.map((line) => line.replace(/^[^,]+/, (x) => String(Number(x) + 500)));

beforeAll(async () => {
  setStage();
  process.env['STATE_TABLE'] = 'tidegate-dev-state';
  ({ handler: listCaptures } = await import('#functions/list-captures'));
  ({ handler: countCaptures } = await import('#functions/count-captures'));
  ({ handler: measureDrift } = await import('#functions/measure-drift'));
  ({ handler: evaluateCandidate } = await import('#functions/evaluate-candidate'));
});
beforeEach(() => serve());

describe('a drift check of captures', () => {
  it('finds none while requests look like the training data', async () => {
    ask(lines, '2026-01-09T12:00:00Z');

    const answer = await check();

    expect(driftCheckSchema.parse(answer)).toMatchObject({
      pipeline: 'loan',
      runId: 'r1',
      source: 'captures',
      window: { from: '2026-01-09T00:00:00.000Z', to: checkedAt, rows: lines.length },
      tooSmall: false,
      drifted: false,
      performance: {
        status: 'none',
        reason: expect.stringMatching(/^no estimate: the model was evaluated on \d+ rows/),
      },
      alarm: false,
      decidedBy: 'columns',
      notify: false,
      action: 'retrain',
      driftedColumns: [],
    });
  });

  it('finds the column that moved and the scores with it, and keeps the whole report', async () => {
    ask(moved(), '2026-01-09T12:00:00Z');

    const answer = await check();

    expect(answer).toMatchObject({ drifted: true, notify: true, driftedColumns: ['x'], score: { drifted: true } });
    expect(answer.columns.map(({ column, drifted }) => [column, drifted])).toEqual([
      ['x', true],
      ['c', false],
    ]);
    expect(JSON.parse(buckets.text(`artifacts-bucket/${answer.reportKey}`) ?? '')).toMatchObject({
      rows: lines.length,
      to: checkedAt,
      skipped: 0,
      unread: { unusable: 0, damaged: 0, objects: 0, named: [] },
      reference: { kind: 'training' },
      runId: 'r1',
      driftedColumns: ['x'],
    });
    expect(await state.get('loan', 'drift')).toMatchObject({ checkedAt, drifted: true, rows: lines.length });
  });

  describe('of a model that was evaluated on enough rows', () => {
    // the holdout of these tests is small: its rows three times
    beforeEach(() => {
      const [path = ''] = buckets.paths().filter((one) => one.endsWith('/performance.json'));
      const kept = performanceReferenceSchema.parse(JSON.parse(buckets.text(path) ?? ''));
      const thrice = <T>(list: readonly T[]): T[] => [...list, ...list, ...list];
      const { values, scores, labels, rows } = kept;
      const more = { values: thrice(values), scores: thrice(scores), labels: thrice(labels), rows: 3 * rows };
      buckets.put(path, JSON.stringify({ ...kept, ...more }));
    });

    it('has an estimate, which decides: a column that drifted without harm wakes nobody', async () => {
      ask(
        lines.map((line) => line.replace(/,0,0,1$/, ',1,0,0')),
        '2026-01-09T12:00:00Z',
      );

      const answer = await check();

      expect(answer).toMatchObject({ drifted: true, driftedColumns: ['c'], alarm: false, notify: false });
      expect(answer).toMatchObject({ decidedBy: 'performance', performance: { status: 'estimated', alarm: false } });
      expect(await state.get('loan', 'drift')).toMatchObject({ alarm: false, performance: answer.performance.reason });
    });

    it('has none for rows that the model does not know, and alarms', async () => {
      ask(moved(), '2026-01-09T12:00:00Z');

      const answer = await check();

      expect(answer).toMatchObject({ alarm: true, notify: true, decidedBy: 'performance' });
      expect(answer.performance).toMatchObject({ status: 'outside', causes: [{ column: 'x', share: 1 }] });
    });
  });

  it('looks at what this champion was asked, not at what came before it', async () => {
    await serve(drift, '2026-01-09T06:00:00.000Z');
    ask(moved(), '2026-01-09T05:00:00Z');
    ask(lines, '2026-01-09T07:00:00Z');
    expect(await check()).toMatchObject({ drifted: false, window: { from: '2026-01-09T06:00:00.000Z' } });
  });

  it('does not judge a handful of rows', async () => {
    ask(moved().slice(0, 5), '2026-01-09T12:00:00Z');
    expect(await check()).toMatchObject({ tooSmall: true, drifted: false, notify: false, window: { rows: 5 } });
  });

  it('tells once that an endpoint fell silent', async () => {
    ask(lines, '2026-01-10T12:00:00Z');
    await check('2026-01-11T00:00:00Z');

    expect(await check('2026-01-12T00:00:00Z')).toMatchObject({ fellSilent: true, notify: true, drifted: false });
    expect(await check('2026-01-12T00:00:00Z')).toMatchObject({ fellSilent: true, notify: true });
    expect(await check('2026-01-13T00:00:00Z')).toMatchObject({ fellSilent: false, notify: false });
  });
});

it('answers the same when it breaks off anywhere and is tried again', async () => {
  const objects = made.get(JSON.stringify(drift))?.objects ?? new Map<string, Buffer>();
  const start = async (calls?: Calls) => {
    world(calls);
    for (const [path, content] of objects) buckets.put(path, content);
    await state.put('loan', 'champion', championOf(1, 'r1', '2026-01-01T00:00:00.000Z'));
    await state.put('loan', 'drift', { checkedAt: '2026-01-09T00:00:00Z', rows: 10 });
  };
  await start();
  const answer = await check();
  const wanted = state.everything();
  expect(answer).toMatchObject({ fellSilent: true });

  // four calls count, four measure
  for (let n = 1; n <= 8; n++) {
    await start(countCalls(n));
    await expect(check(), `call ${n}`).rejects.toBeInstanceOf(Crash);
    expect(await check(), `after call ${n}`).toEqual(answer);
    expect(state.everything()).toEqual(wanted);
  }
});

describe('a drift check of the newest drop', () => {
  const newestDrop = { ...drift, source: 'newest-drop' };

  it.each([
    ['the newest run that read its drop to the end', 'rejected', true],
    ['an older one while that is under way', 'running', false],
    ['an older one when that failed', 'failed', false],
  ])('looks at %s', async (_, status, drifted) => {
    await serve(newestDrop);
    await state.put('loan', 'run#r1', { runId: 'r1', status: 'deployed' });
    await state.put('loan', 'run#r2', { runId: 'r2', status });
    using later = await encodedRun('binary', { runId: 'r2', shift: 500 });
    await publish(later, buckets);

    const answer = await check();

    expect(answer).toMatchObject({ source: 'newest-drop', drifted, window: { rows: 480 } });
    expect(answer).not.toHaveProperty('score');
  });

  it("looks at the champion's own drop when no run is on record", async () => {
    await serve(newestDrop);
    expect(await check()).toMatchObject({ drifted: false, window: { rows: 480 } });
  });
});

describe('a drift check is refused', () => {
  it('while nothing is in service', async () => {
    await state.remove('loan', 'champion');
    await expect(check()).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('when the champion was trained without a drift section', async () => {
    await serve(null);
    await expect(check()).rejects.toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining('r1') });
  });

  it('at a time that is none', async () => {
    await expect(check('now')).rejects.toMatchObject({ name: 'InvalidInputError' });
  });
});
