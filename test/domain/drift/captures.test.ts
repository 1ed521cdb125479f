import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { captureHours, readCaptures, windowStart } from '#domain/drift/captures';
import { captureLine } from '../../fakes/capture-line.ts';

const probes = { lines: ['7,8', '9,'], answers: [0.7, 0.9] };
const window = { width: 2, perRow: 1, probes, from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
const noon = '2026-01-01T12:00:00Z';
const read = (...lines: string[]) => readCaptures(lines.join('\n'), window, xgboost.output);

describe('captures', () => {
  it('are read row for row, requests of several rows too', () => {
    expect(read(captureLine('1,2', '0.5', noon), captureLine('3,\n4,5\n', '0.1\n0.2\n', noon), '')).toEqual({
      rows: 3,
      values: Float64Array.of(1, 2, 3, Number.NaN, 4, 5),
      scores: Float64Array.of(0.5, 0.1, 0.2),
      skipped: 0,
    });
  });

  it('are counted without the probes that predict adds, and not at all when another model answered them', () => {
    const request = '1,2\n3,4\n7,8\n9,';
    expect(read(captureLine(request, '0.1,0.2,0.7,0.9', noon), captureLine(request, '0.1,0.2,0.7,0.8', noon))).toEqual({
      rows: 2,
      values: Float64Array.of(1, 2, 3, 4),
      scores: Float64Array.of(0.1, 0.2),
      skipped: 1,
    });
  });

  it('that are the probes alone, as an endpoint test sends them, are counted', () => {
    expect(read(captureLine('7,8\n9,', '0.7,0.9', noon))).toMatchObject({ rows: 2, skipped: 0 });
  });

  it('come back as they were sent, whatever the encoding and the number of rows and answers', () => {
    // a text has no negative zero
    const score = fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => v + 0);
    const value = fc.option(score, { nil: Number.NaN });
    const request = fc
      .record({ width: fc.integer({ min: 1, max: 4 }), perRow: fc.integer({ min: 1, max: 3 }) })
      .chain(({ width, perRow }) => {
        const row = fc.tuple(
          fc.array(value, { minLength: width, maxLength: width }),
          fc.array(score, { minLength: perRow, maxLength: perRow }),
        );
        return fc.tuple(
          fc.constant({ width, perRow }),
          fc.array(fc.tuple(fc.constantFrom('CSV', 'BASE64'), fc.array(row, { minLength: 1, maxLength: 3 })), {
            maxLength: 4,
          }),
        );
      });
    fc.assert(
      fc.property(request, ([shape, requests]) => {
        const field = (v: number) => (Number.isNaN(v) ? 'nan' : String(v));
        const lines = requests.map(([encoding, rows]) =>
          captureLine(
            rows.map(([inputs]) => inputs.map(field).join(',')).join('\n'),
            rows.map(([, outputs]) => outputs.join(',')).join('\n'),
            noon,
            encoding,
          ),
        );
        const rows = requests.flatMap(([, each]) => each);
        expect(readCaptures(lines.join('\n'), { ...window, ...shape }, xgboost.output)).toEqual({
          rows: rows.length,
          values: Float64Array.from(rows.flatMap(([inputs]) => inputs)),
          scores: Float64Array.from(rows.flatMap(([, outputs]) => outputs)),
          skipped: 0,
        });
      }),
    );
  });

  it('outside of the window are left out without being counted; it ends before its end', () => {
    const at = (time: string) => read(captureLine('1,2', '0.5', time));
    for (const time of ['2026-01-01T00:00:00Z', '2026-01-01T23:59:59.999Z', '2026-01-02T00:30:00+01:00'])
      expect(at(time), time).toMatchObject({ rows: 1, skipped: 0 });
    for (const time of ['2025-12-31T23:59:59.999Z', '2026-01-02T00:00:00Z', 'yesterday'])
      expect(at(time), time).toMatchObject({ rows: 0, skipped: 0 });
    expect(read('{}')).toMatchObject({ rows: 0, skipped: 0 });
  });

  it.each([
    ['cut off', captureLine('1,2', '0.5', noon).slice(0, -9)],
    ['of another width', captureLine('1,2,3', '0.5', noon)],
    ['that are not CSV', captureLine('{"x":1,"y":2}', '0.5', noon)],
    ['without an answer', captureLine('1,2', '', noon)],
    ['with an answer too many', captureLine('1,2', '0.5\n0.6', noon)],
    ['whose answer is an error page', captureLine('1,2', '<html>', noon)],
    ['of broken Base64', captureLine('1,2', '0.5', noon).replaceAll('"CSV"', '"BASE64"').replace('"1,2"', '"%"')],
    [
      'without the request',
      JSON.stringify({ eventMetadata: { inferenceTime: noon }, captureData: { endpointOutput: { data: '1' } } }),
    ],
    ['without anything', JSON.stringify({ eventMetadata: { inferenceTime: noon } })],
    ['whose data is no text', captureLine('1,2', '0.5', noon).replace('"1,2"', '12')],
  ])('%s are counted and do no harm to the others', (_, line) => {
    const whole = captureLine('1,2', '0.5', noon);
    expect(read(whole, line, whole)).toMatchObject({ rows: 2, skipped: 1 });
  });

  it('never make reading fail, whatever a line holds', () => {
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ captureData: fc.anything(), eventMetadata: fc.constant({ inferenceTime: noon }) })
        .map((v) => JSON.stringify(v, (_, x) => (typeof x === 'bigint' ? String(x) : x))),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const found = read(...lines);
        expect(found.values.length).toBe(found.rows * 2);
        expect(found.scores.length).toBe(found.rows);
        expect(found.rows + found.skipped).toBeLessThanOrEqual(lines.join('\n').split('\n').length);
      }),
    );
  });
});

describe('a window', () => {
  it.each([
    ['24h', '2026-01-01T12:30:00.000Z'],
    ['7d', '2025-12-26T12:30:00.000Z'],
    ['1h', '2026-01-02T11:30:00.000Z'],
  ])('of %s begins at %s', (length, start) => {
    expect(windowStart(length, '2026-01-02T12:30:00Z')).toBe(start);
  });

  it('lies below the hours it touches, oldest first', () => {
    expect(captureHours('2025-12-31T22:59:59Z', '2026-01-01T01:00:00Z')).toEqual([
      '2025/12/31/22',
      '2025/12/31/23',
      '2026/01/01/00',
    ]);
    expect(captureHours('2026-01-01T01:00:00Z', '2026-01-01T01:00:00Z')).toEqual([]);
  });

  it('has an hour for every instant in it, and no other', () => {
    const instant = fc.date({ min: new Date('2025-12-30'), max: new Date('2026-01-03'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, instant, instant, (a, b, c) => {
        const [from = a, at = b, to = c] = [a, b, c].toSorted((x, y) => x.getTime() - y.getTime());
        fc.pre(at < to);
        const hours = captureHours(from.toISOString(), to.toISOString());
        const [date = '', time = ''] = at.toISOString().split('T');
        expect(hours).toContain(`${date.replaceAll('-', '/')}/${time.slice(0, 2)}`);
        expect(hours).toEqual([...new Set(hours)].toSorted());
        expect(hours.length).toBeLessThanOrEqual((to.getTime() - from.getTime()) / 3_600_000 + 2);
      }),
    );
  });
});
