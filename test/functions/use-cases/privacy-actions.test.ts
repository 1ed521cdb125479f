import { afterEach, describe, expect, test } from 'vitest';
import { tokenOf } from '#domain/privacy/tokenize';
import { cleanKeys } from '#domain/runs/layout';
import { type DataRun, smallPipeline, startRun } from '../../fakes/data-run.ts';

let run: DataRun;
afterEach(() => run[Symbol.dispose]());
const x = { role: 'feature', type: 'number' };
const cleaned = () => run.rows(cleanKeys(run.run).shard(0));
const key = (letter: string) => new TextEncoder().encode(letter.repeat(40));
const csv = (header: string, rows: readonly string[]) => [header, ...rows, ''].join('\n');

test('redacts what the detectors find in a free text, own patterns too', async () => {
  const personalData = { patterns: [{ name: 'staff-number', regex: 'E[0-9]{6}' }] };
  const columns = { x, note: { role: 'text', action: 'redact' } };
  run = await startRun(smallPipeline({ columns }, { personalData }));
  const notes = ['ask jane@example.com', 'call (212) 555-0123 or E123456', '', 'nothing'];
  run.drop(
    'small/d/a.csv',
    csv(
      'y,x,note',
      notes.map((note, i) => `${i % 2},${i},${note}`),
    ),
  );
  await run.desensitize('small/d/a.csv');
  expect((await cleaned()).map((row) => row['note'])).toEqual([
    'ask [email]',
    'call [phone] or [staff-number]',
    null,
    'nothing',
  ]);
});

test('refuses a text that keepFirst would keep whole, naming column and reason', async () => {
  const zip = { role: 'quasi', action: 'generalize', keepFirst: 3, feature: { type: 'category' } };
  run = await startRun(smallPipeline({ columns: { x, zip } }));
  run.drop(
    'small/d/a.csv',
    csv(
      'y,x,zip',
      ['90210', '902', '10115'].map((zip, i) => `${i % 2},${i},${zip}`),
    ),
  );
  await expect(run.desensitize('small/d/a.csv')).rejects.toThrow(
    'column "zip": a text no longer than keepFirst (3), which would stay whole (1 row: line 3)',
  );
});

test('keeps the intervals of a subject when it moves dates', async () => {
  const date = { role: 'quasi', action: 'dateShift', days: 90 };
  const columns = { x, seen: date, left: date };
  run = await startRun(smallPipeline({ id: 'id', columns }));
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 2},${i},p${i % 4},2026-01-0${1 + (i % 9)},2026-03-01`);
  run.drop('small/d/a.csv', csv('y,x,id,seen,left', rows));
  await run.desensitize('small/d/a.csv');
  const at = (value: unknown) => Date.parse(String(value));
  const moves = new Map<unknown, Set<number>>();
  for (const row of await cleaned()) {
    const i = Number(row['x']);
    expect(at(row['left']) - at(row['seen'])).toBe(at('2026-03-01') - at(`2026-01-0${1 + (i % 9)}`));
    const id = row['_id'];
    moves.set(id, (moves.get(id) ?? new Set()).add(at(row['left']) - at('2026-03-01')));
  }
  expect([...moves.values()].every(({ size }) => size === 1)).toBe(true);
  expect(moves.size).toBe(4);
});

describe('while the token key is replaced', () => {
  const columns = { x, email: { role: 'pii', action: 'tokenize' } };
  const rows = Array.from({ length: 200 }, (_, i) => `${i % 2},${i},id-${i},p${i}@example.com`);
  const under = async (keys: Parameters<typeof startRun>[3]) => {
    using own = await startRun(smallPipeline({ id: 'id', columns }), 'r1', undefined, keys);
    own.drop('small/d/a.csv', csv('y,x,id,email', rows));
    await own.desensitize('small/d/a.csv');
    return await own.rows(cleanKeys(own.run).shard(0));
  };

  test('new rows join with rows of both keys', async () => {
    run = await startRun(smallPipeline());
    const old = await under({ current: key('o') });
    const overlap = await under({ current: key('n'), previous: key('o') });
    const after = await under({ current: key('n') });
    const tokens = (of: typeof old, name: string) => of.map((row) => row[name]);
    for (const [name, value] of [
      ['_id', 'id-7'],
      ['email', 'p7@example.com'],
    ] as const) {
      const previous = name === '_id' ? '_previous_id' : `_previous_${name}`;
      expect(tokens(overlap, previous)).toEqual(tokens(old, name));
      expect(tokens(overlap, name)).toEqual(tokens(after, name));
      expect(overlap[7]?.[name]).toBe(tokenOf(key('n'), value));
      expect(overlap[7]?.[previous]).toBe(tokenOf(key('o'), value));
    }
    expect(Object.keys(after[0] ?? {}).filter((name) => name.startsWith('_previous'))).toEqual([]);
  });
});
