import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { readCaptures } from '#domain/drift/captures';
import { testInferenceId } from '#domain/endpoint-tests/inference-id';
import { captureLine } from '../../fakes/capture-line.ts';

const probes = { lines: ['7,8', '9,'], answers: [0.7, 0.9] };
const reading = { width: 2, perRow: 1, probes, since: '2026-01-01T00:00:00Z' };
const noon = '2026-01-01T12:00:00Z';
const atNoon = '2026/01/01/12';
const readAll = (...lines: string[]) => readCaptures(lines.join('\n'), reading, xgboost.output);
/** What is read of captures at noon. */
const read = (...lines: string[]) => {
  const { hours, unusable, damaged } = readAll(...lines);
  return { rows: 0, ...hours.get(atNoon), unusable, damaged };
};

describe('captures', () => {
  it('are read row for row, requests of several rows too', () => {
    expect(read(captureLine('1,2', '0.5', noon), captureLine('3,\n4,5\n', '0.1\n0.2\n', noon), '')).toEqual({
      captures: 2,
      rows: 3,
      values: Float64Array.of(1, 2, 3, Number.NaN, 4, 5),
      scores: Float64Array.of(0.5, 0.1, 0.2),
      unusable: 0,
      damaged: 0,
    });
  });

  it('leave out the requests of endpoint tests, which say nothing about the applications', () => {
    const of = (id: string) => captureLine('1,2', '0.5', noon, 'CSV', id);
    expect(read(of(testInferenceId), of('order-7'))).toMatchObject({ rows: 1, unusable: 0 });
  });

  it('are counted without the probes that predict adds, and not at all when another model answered them', () => {
    const request = '1,2\n3,4\n7,8\n9,';
    expect(read(captureLine(request, '0.1,0.2,0.7,0.9', noon), captureLine(request, '0.1,0.2,0.7,0.8', noon))).toEqual({
      captures: 1,
      rows: 2,
      values: Float64Array.of(1, 2, 3, 4),
      scores: Float64Array.of(0.1, 0.2),
      unusable: 1,
      damaged: 0,
    });
  });

  it('that are the probes alone are counted', () => {
    expect(read(captureLine('7,8\n9,', '0.7,0.9', noon))).toMatchObject({ rows: 2, unusable: 0 });
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
        const found = readCaptures(lines.join('\n'), { ...reading, ...shape }, xgboost.output);
        expect(found).toMatchObject({ unusable: 0, damaged: 0 });
        expect(found.hours.get(atNoon)).toEqual(
          rows.length === 0
            ? undefined
            : {
                captures: requests.length,
                rows: rows.length,
                values: Float64Array.from(rows.flatMap(([inputs]) => inputs)),
                scores: Float64Array.from(rows.flatMap(([, outputs]) => outputs)),
              },
        );
      }),
    );
  });

  it('are kept apart by the hour of the request; those from before counting began are left out', () => {
    const at = (time: string) => captureLine('1,2', '0.5', time);
    const times = ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00Z', '2026-01-01T02:30:00+01:00', noon, noon];
    const { hours, unusable, damaged } = readAll(...times.map(at));
    expect([...hours].map(([hour, { rows }]) => [hour, rows])).toEqual([
      ['2026/01/01/00', 1],
      ['2026/01/01/01', 1],
      [atNoon, 2],
    ]);
    expect({ unusable, damaged }).toEqual({ unusable: 0, damaged: 0 });
  });

  it('in JSON are read as those in CSV, also in base64, and with probes behind them', () => {
    const json = [
      captureLine('{"instances": [[1, 2], [3, null]]}', '{"predictions": [{"score": 0.5}, {"score": 0.6}]}', noon),
      captureLine('{"features": [1, 2]}\n{"features": [3, null]}', '[0.5, 0.6]', noon, 'BASE64'),
      captureLine('[[1, 2], [3, null], [7, 8], [9, null]]', '[0.5, 0.6, 0.7, 0.9]', noon),
    ];
    for (const line of json) {
      expect(read(line)).toEqual(read(captureLine('1,2\n3,', '0.5\n0.6', noon)));
    }
  });

  it('without a time are damaged', () => {
    const at = (time: string) => read(captureLine('1,2', '0.5', time));
    expect(at('yesterday')).toEqual({ rows: 0, unusable: 0, damaged: 1 });
    expect(read('{}')).toEqual({ rows: 0, unusable: 0, damaged: 1 });
  });

  const whole = captureLine('1,2', '0.5', noon);

  it.each([
    ['cut off', whole.slice(0, -9)],
    ['of broken Base64', whole.replaceAll('"CSV"', '"BASE64"').replace('"1,2"', '"%"')],
    ['of nothing but null', 'null'],
  ])('%s are damaged, and do no harm to the others', (_, line) => {
    expect(read(whole, line, whole)).toMatchObject({ rows: 2, unusable: 0, damaged: 1 });
  });

  it.each([
    ['of another width', captureLine('1,2,3', '0.5', noon)],
    ['of other content', captureLine('{"x":1,"y":2}', '0.5', noon)],
    ['without an answer', captureLine('1,2', '', noon)],
    ['with an answer too many', captureLine('1,2', '0.5\n0.6', noon)],
    ['whose answer is an error page', captureLine('1,2', '<html>', noon)],
    ['whose answer is an error in JSON', captureLine('1,2', '{"message":"no memory"}', noon)],
    [
      'without the request',
      JSON.stringify({ eventMetadata: { inferenceTime: noon }, captureData: { endpointOutput: { data: '1' } } }),
    ],
    ['without anything', JSON.stringify({ eventMetadata: { inferenceTime: noon } })],
    ['whose data is no text', captureLine('1,2', '0.5', noon).replace('"1,2"', '12')],
  ])('%s are counted and do no harm to the others', (_, line) => {
    expect(read(whole, line, whole)).toMatchObject({ rows: 2, unusable: 1, damaged: 0 });
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
        const found = readAll(...lines);
        const counted = [...found.hours.values()];
        for (const { rows, values, scores } of counted) {
          expect([values.length, scores.length]).toEqual([rows * 2, rows]);
        }
        const captures = counted.reduce((sum, own) => sum + own.captures, 0);
        expect(captures + found.unusable + found.damaged).toBeLessThanOrEqual(lines.join('\n').split('\n').length);
      }),
    );
  });
});
