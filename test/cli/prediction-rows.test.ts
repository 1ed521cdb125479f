import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPredictionRows, requestsOf } from '#cli/prediction-rows';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../fakes/data-run.ts';

const datasetOf = (dataset: Record<string, unknown> = {}): Pipeline['dataset'] =>
  pipelineSchema.parse(smallPipeline(dataset)).dataset;
const read = (text: string | Uint8Array, dataset = datasetOf()) =>
  readPredictionRows('rows.txt', typeof text === 'string' ? Buffer.from(text) : text, dataset);

describe('rows to predict', () => {
  it.each([
    ['[{"x":1},{"x":2}]', [{ x: 1 }, { x: 2 }]],
    ['{"x":1}', [{ x: 1 }]],
    ['{"x":1}\n\n{"x":2}\n', [{ x: 1 }, { x: 2 }]],
    [
      '\uFEFFx,c\n1,"a, ""b"""\n\n2,\n',
      [
        { x: '1', c: 'a, "b"' },
        { x: '2', c: '' },
      ],
    ],
  ])('are read from %j', (text, rows) => expect(read(text)).toEqual(rows));

  it('are read from CSV as the pipeline writes it', () => {
    const csv = { header: false, names: ['y', 'x'], delimiter: ';', quote: "'" };
    expect(read("1;'2;5'\n", datasetOf({ csv }))).toEqual([{ y: '1', x: '2;5' }]);
    expect(read('x\n\n3\n', datasetOf({ format: 'jsonl' }))).toEqual([{ x: '3' }]);
    expect(read('x,c\n,a\n', datasetOf({ format: 'jsonl' }))).toEqual([{ x: null, c: 'a' }]);
  });

  it('are read with every setting of the CSV files', () => {
    const own = (csv: object) => datasetOf({ csv });
    expect(read('x,c\n1,"say \\"hi\\", you"\n', own({ escape: '\\' }))).toEqual([{ x: '1', c: 'say "hi", you' }]);
    expect(read('x,c\n1,"5 inch\n', own({ quote: 'none' }))).toEqual([{ x: '1', c: '"5 inch' }]);
    expect(read('sep=;\nTitle\n#\nx;c\n#\n1;a\n', own({ delimiter: ';', skipLines: 1, comment: '#' }))).toEqual([
      { x: '1', c: 'a' },
    ]);
    expect(read(Buffer.from('größe\n1\n', 'latin1'), own({ encoding: 'latin-1' }))).toEqual([{ größe: '1' }]);
    expect(read(Buffer.from('\uFEFFgröße\n1\n', 'utf16le'))).toEqual([{ größe: '1' }]);
  });

  it('have the names of a header, or of columns that are found by their position', () => {
    const columns = {
      x: { role: 'feature', type: 'number', from: { position: 1 } },
      z: { role: 'feature', type: 'number', from: { position: 3 } },
    };
    expect(read(",Int'l Plan,\n1,no,3\n", datasetOf({ columns }))).toEqual([{ x: '1', "Int'l Plan": 'no', z: '3' }]);
  });

  it.each([
    ['', 'rows.txt is empty.'],
    ['{"x":1}\n{"x":jane}', 'rows.txt, line 2: not JSON.'],
    ['{"x":1}\n{"x":1,"x":2}', 'rows.txt, line 2: an object has a key twice'],
    ['[{"x":1},{"y":{"x":1,"x":2}}]', 'rows.txt, row 2: an object has a key twice'],
    ['{"x":1,"x":2}', 'rows.txt: an object has a key twice'],
    ['x,y\n', 'rows.txt has no rows.'],
    ['x,x\n1,2\n', 'column 2 has the name of an earlier column'],
    ['x,y\njane,2,3\n', 'rows.txt, line 2: not CSV with the delimiter ","'],
    ['x,y\n"jane,2\n', 'not CSV'],
    ['x,y\n1,2\n"ja"ne,2\n', 'rows.txt, line 3: not CSV'],
  ])('are refused for %j without a value', (text, message) => {
    const error = (() => {
      try {
        return read(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ name: 'CliError', message: expect.stringContaining(message) });
    expect(String(error)).not.toContain('jane');
  });
});

describe('requests', () => {
  it('hold all rows in order, each within the limits', () => {
    const row = fc.record({ x: fc.string({ maxLength: 20 }), wide: fc.nat(2).map((n) => 'w'.repeat(n * 900_000)) });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
        const requests = requestsOf(rows);
        expect(requests.flat()).toEqual(rows);
        for (const part of requests) {
          expect(part.length).toBeGreaterThan(0);
          expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(4_000_100);
        }
      }),
      { numRuns: 20 },
    );
    expect(requestsOf(Array.from({ length: 2001 }, (_, x) => ({ x }))).map((part) => part.length)).toEqual([
      1000, 1000, 1,
    ]);
  });
});
