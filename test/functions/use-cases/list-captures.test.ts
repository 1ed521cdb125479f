import { describe, expect, it } from 'vitest';
import { sketchesPrefix } from '#domain/drift/windows/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { readCountedWindow } from '#functions/shards/counted-captures';
import { readWatched } from '#functions/shards/watched-model';
import { listCaptures } from '#functions/use-cases/list-captures';
import { captureSketchSchema } from '#schemas/records/capture-counts';
import { type CapturedRun, capturedRun } from '../support/captured-run.ts';
import { type CountingPorts, countAll, countPlan } from '../support/count-captures.ts';
import { Crash } from '../support/crash.ts';
import { championOf } from '../support/stage.ts';

const check = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`;

/** The ports of a run, with a log of the objects that are read of the captures. */
function watched({ clean, artifacts, store }: CapturedRun): CountingPorts & { readonly read: string[] } {
  const read: string[] = [];
  const readText = (key: string): Promise<string> => {
    read.push(key.slice(key.lastIndexOf('/') + 1));
    return clean.readText(key);
  };
  return { clean: { list: clean.list, readText }, artifacts, store, read };
}
/** The rows of all sketches that there are. */
async function rowsCounted({ artifacts }: { readonly artifacts: ObjectStore }): Promise<number> {
  const keys = (await artifacts.list(sketchesPrefix('loan'))).filter(({ key }) => key.includes('/hours/'));
  const sketches = await Promise.all(keys.map(({ key }) => artifacts.readJson(key, captureSketchSchema)));
  return sketches.reduce((sum, { rows }) => sum + rows, 0);
}
const list = (ports: CountingPorts, day: number, by: string, done: string | null = null) =>
  listCaptures(ports, { pipeline: 'loan', checkedAt: check(day), by, done });

describe('captures are counted', () => {
  it('once: a check reads those alone that are new', async () => {
    using own = await capturedRun();
    const ports = watched(own);
    await own.ask('2026-01-09T10:00:00Z', 'a', own.lines.slice(0, 5));
    await own.ask('2026-01-09T11:00:00Z', 'b', own.lines.slice(0, 6));

    expect(await countAll(ports, check(10))).toMatchObject({ runId: 'r1', count: 1 });
    await own.ask('2026-01-10T01:00:00Z', 'c', own.lines.slice(0, 7));
    expect(await countAll(ports, check(11))).toMatchObject({ count: 2 });
    expect(await countAll(ports, check(12))).toMatchObject({ count: 2 });

    expect(ports.read).toEqual(['a.jsonl', 'b.jsonl', 'c.jsonl']);
    expect(await rowsCounted(own)).toBe(18);
  });

  it('that arrive in an hour which is counted, up to a day before the newest, once too', async () => {
    using own = await capturedRun({ window: '7d' });
    const ports = watched(own);
    await own.ask('2026-01-09T10:00:00Z', 'b');
    await countAll(ports, check(10));
    await own.ask('2026-01-09T10:10:00Z', 'a');
    await own.ask('2026-01-08T10:00:00Z', 'a-day-late');
    await own.ask('2026-01-08T09:59:00Z', 'later-than-a-day');
    for (const day of [11, 12]) await countAll(ports, check(day));

    expect(ports.read).toEqual(['b.jsonl', 'a-day-late.jsonl', 'a.jsonl']);
  });

  it('of the hours alone that a check can look at, and of this endpoint alone', async () => {
    using own = await capturedRun();
    const ports = watched(own);
    await own.ask('2026-01-08T23:59:00Z', 'before-the-window');
    await own.ask('2026-01-09T00:00:00Z', 'a');
    await own.clean.writeText('loan/captures/another/AllTraffic/2026/01/09/02/b.jsonl', '{}', 'application/jsonl');
    await own.put('2026-01-09T02:00:00Z', 'readme', 'no capture');

    expect(await countAll(ports, check(10))).toMatchObject({ since: check(9) });
    expect(ports.read).toEqual(['a.jsonl', 'readme.jsonl']);
  });

  it('into one sketch of an hour for many checks, and a check that is stopped half-way changes nothing', async () => {
    using own = await capturedRun();
    const ports = watched(own);
    const at = (minute: number) => `2026-01-09T10:${String(minute).padStart(2, '0')}:00.000Z`;
    const ask = (minute: number) => own.ask(at(minute), `c${minute}`, own.lines.slice(0, 3));
    for (let minute = 1; minute <= 5; minute++) {
      await ask(minute);
      await countAll(ports, at(minute));
    }
    await ask(6);
    const planned = await listCaptures(ports, { pipeline: 'loan', checkedAt: at(6), by: 'stopped', done: null });
    expect(planned.batches).toBe(2);
    const before = await own.artifacts.list(sketchesPrefix('loan'));
    await countPlan(ports, planned);
    const counted = await countAll(ports, at(7));

    const merged = (await own.artifacts.list(sketchesPrefix('loan'))).filter(({ key }) => key.endsWith('-merged.json'));
    expect(before.some(({ key }) => key.endsWith('-merged.json'))).toBe(false);
    expect(merged.map(({ key }) => key.replace(/^.*(hours|samples)/, '$1'))).toEqual([
      'hours/2026/01/09/10/000006-merged.json',
      'samples/2026/01/09/10/000006-merged.json',
    ]);
    const model = await readWatched(own.artifacts, { pipeline: 'loan', runId: 'r1' });
    const shape = { width: model.fitted.features.length, perRow: 1 };
    const reads: string[] = [];
    const artifacts = {
      ...own.artifacts,
      list: (...given: Parameters<typeof own.artifacts.list>) => own.artifacts.list(...given),
      readJson: ((key: string, schema: never) => {
        reads.push(key);
        return own.artifacts.readJson(key, schema);
      }) as typeof own.artifacts.readJson,
    };
    const span = { from: '2026-01-09T10:00:00.000Z', to: '2026-01-09T11:00:00.000Z' };
    if (!counted) throw new Error('nothing was counted');
    const { sketch, answered } = await readCountedWindow(artifacts, counted, [span], model.baseline, shape);
    expect(sketch.rows).toBe(18);
    expect(answered.inputs.rows).toBe(18);
    // the merged sketch with its sample, and that of the last count with its own
    expect(reads).toHaveLength(4);
    const earlier = await readCountedWindow(artifacts, { ...counted, count: 5 }, [span], model.baseline, shape);
    expect(earlier.sketch.rows).toBe(15);
  });

  it('anew from each promotion, in the bins of that model', async () => {
    using own = await capturedRun();
    const ports = watched(own);
    await own.ask('2026-01-09T10:00:00Z', 'a');
    const first = await countAll(ports, check(10));
    await own.promote('r1', '2026-01-09T10:30:00.000Z');
    await own.put(
      '2026-01-09T10:00:00Z',
      'b',
      own.request(own.lines, '2026-01-09T10:29:59Z'),
      own.request(own.lines, '2026-01-09T10:30:00Z'),
    );
    const second = await countAll(ports, check(11));

    expect(second).toMatchObject({
      promotedAt: '2026-01-09T10:30:00.000Z',
      since: '2026-01-10T00:00:00.000Z',
      count: 0,
    });
    expect(second?.prefix).not.toBe(first?.prefix);
  });

  it('since the promotion, request by request', async () => {
    using own = await capturedRun();
    await own.promote('r1', '2026-01-09T10:30:00.000Z');
    await own.put(
      '2026-01-09T10:00:00Z',
      'b',
      own.request(own.lines, '2026-01-09T10:29:59Z'),
      own.request(own.lines.slice(0, 3), '2026-01-09T10:30:00Z'),
    );

    expect(await countAll(own, check(10))).toMatchObject({ since: '2026-01-09T10:30:00.000Z', count: 1 });
    expect(await rowsCounted(own)).toBe(3);
  });

  it('after a pause, without what a pause made too old to look at', async () => {
    using own = await capturedRun();
    const ports = watched(own);
    await own.ask('2026-01-09T10:00:00Z', 'a');
    const { artifacts } = ports;
    await countAll(ports, check(10));
    await own.ask('2026-01-15T10:00:00Z', 'too-old');
    await own.ask('2026-01-19T10:00:00Z', 'b');
    // by then the list of what was counted has expired
    const readJson: ObjectStore['readJson'] = (key, schema) => {
      if (key.includes('/ledgers/')) throw new Error(`${key} has expired`);
      return artifacts.readJson(key, schema);
    };
    await countAll({ ...ports, artifacts: { ...artifacts, readJson } }, check(20));

    expect(ports.read).toEqual(['a.jsonl', 'b.jsonl']);
  });
});

describe('a plan of captures to count', () => {
  it('that another check is at is counted by both, to the same sketches, and its captures once', async () => {
    using own = await capturedRun();
    await own.ask('2026-01-09T10:00:00Z', 'a', own.lines.slice(0, 5));
    const first = await list(own, 10, 'first');
    await own.ask('2026-01-09T11:00:00Z', 'b', own.lines.slice(0, 6));
    const second = await list(own, 10, 'second');
    expect(second).toEqual(first);

    await countPlan(own, first);
    await countPlan(own, second);
    expect(await list(own, 10, 'first', first.planKey)).toMatchObject({ batches: 0, counted: { count: 1 } });
    // the second check has planned nothing of its own yet
    const rest = await list(own, 10, 'second', second.planKey);
    expect(rest).toMatchObject({ batches: 1, counted: { count: 1 }, counting: { count: 2 } });
    await countPlan(own, rest);
    expect(await list(own, 10, 'second', rest.planKey)).toMatchObject({ batches: 0, counted: { count: 2 } });
    expect(await rowsCounted(own)).toBe(11);
  });

  it('is made once a check: what arrives meanwhile is the next one’s, unless the plan left something', async () => {
    using own = await capturedRun();
    await own.ask('2026-01-09T10:00:00Z', 'a');
    const first = await list(own, 10, 'first');
    await own.ask('2026-01-09T11:00:00Z', 'b');
    expect(await list(own, 10, 'first', first.planKey)).toMatchObject({ batches: 0, counting: null });

    const item = await own.store.get('loan', 'capture-count');
    await own.store.put('loan', 'capture-count', { ...item, last: { by: 'first', more: true } });
    expect(await list(own, 10, 'first')).toMatchObject({ batches: 1, counting: { count: 2 } });
  });

  it('that two checks make at once is one of theirs: the other tries again', async () => {
    using own = await capturedRun();
    await own.ask('2026-01-09T10:00:00Z', 'a');
    const meanwhile: ObjectStore['list'] = async (prefix, after) => {
      const listed = await own.clean.list(prefix, after);
      await own.ask('2026-01-09T11:00:00Z', 'b');
      await list(own, 10, 'second');
      return listed;
    };
    const first = list({ ...own, clean: { ...own.clean, list: meanwhile } }, 10, 'first');

    await expect(first).rejects.toMatchObject({ name: 'TransientError', message: expect.stringContaining('loan') });
    await countPlan(own, await list(own, 10, 'first'));
    expect(await rowsCounted(own)).toBe(2 * own.lines.length);
  });

  it('that nobody has done for a week is given up, and counting begins anew', async () => {
    using own = await capturedRun();
    await own.ask('2026-01-09T10:00:00Z', 'a');
    const left = await list(own, 10, 'first');
    expect((await list(own, 17, 'second')).planKey).toBe(left.planKey);
    await own.ask('2026-01-17T10:00:00Z', 'b');

    const anew = await list(own, 18, 'third');
    expect(anew).toMatchObject({ batches: 1, counted: { count: 0, since: check(17) }, counting: { count: 1 } });
    expect(anew.planKey).not.toBe(left.planKey);
    // the end of the plan that was given up changes nothing
    expect(await list(own, 18, 'first', left.planKey)).toEqual(anew);
  });

  it('is none for a pipeline without a model in service, a retired one, and one whose drops are compared', async () => {
    const nothing = { counted: null, batches: 0, planKey: null, counting: null };
    using own = await capturedRun({ source: 'newest-drop' });
    expect(await list(own, 10, 'first')).toEqual(nothing);
    await own.store.remove('loan', 'champion');
    expect(await list(own, 10, 'first')).toEqual(nothing);
    using captured = await capturedRun();
    await captured.store.put('loan', 'retired', { at: check(5) });
    expect(await list(captured, 10, 'first')).toEqual(nothing);
  });
});

it('a count that breaks off anywhere and is tried again counts everything once', async () => {
  using own = await capturedRun();
  await own.ask('2026-01-09T10:00:00Z', 'a', own.lines.slice(0, 5));
  await own.ask('2026-01-09T11:00:00Z', 'b', own.lines.slice(0, 6));
  let left = Number.POSITIVE_INFINITY;
  const effect = async <T>(made: Promise<T>): Promise<T> => {
    const result = await made;
    left -= 1;
    if (left === 0) throw new Crash('ended after a write');
    return result;
  };
  const ports = {
    clean: own.clean,
    artifacts: {
      ...own.artifacts,
      writeJson: (key: string, value: unknown) => effect(own.artifacts.writeJson(key, value)),
    },
    store: { ...own.store, put: (...args: Parameters<typeof own.store.put>) => effect(own.store.put(...args)) },
  };
  let broken = 0;
  for (left = 1; ; left = broken + 1) {
    await own.store.remove('loan', 'capture-count');
    await own.store.put('loan', 'champion', championOf(1, 'r1', `2026-01-0${(broken % 8) + 1}T00:00:00.000Z`));
    // each trial counts below a prefix of its own
    const at = new Date(Date.parse(check(10)) + broken).toISOString();
    const ended = await countAll(ports, at).then(
      () => true,
      (error: unknown) => {
        expect(error).toBeInstanceOf(Crash);
        return false;
      },
    );
    left = Number.POSITIVE_INFINITY;
    const counted = await countAll(ports, at);
    const keys = (await own.artifacts.list(`${counted?.prefix}hours/`)).map(({ key }) => key);
    const sketches = await Promise.all(keys.map((key) => own.artifacts.readJson(key, captureSketchSchema)));
    expect(sketches.map(({ rows }) => rows)).toEqual([5, 6]);
    expect(counted?.count).toBe(1);
    if (ended) break;
    broken += 1;
  }
  // the start, the ledger, the plan, its record, two hours with their samples, the end
  expect(broken).toBe(9);
});
