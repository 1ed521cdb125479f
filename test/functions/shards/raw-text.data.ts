import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { TidegateError } from '#domain/errors';
import { cleanKeys, rawKeys } from '#domain/runs/layout';
import { type DataRun, smallPipeline, startRun } from '../../fakes/data-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'raw-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const columns = { a: { role: 'feature', type: 'number' }, b: { role: 'feature', type: 'category' } };
const startOwn = (csv: Record<string, unknown> = {}, over: Record<string, unknown> = {}) =>
  startRun(smallPipeline({ columns, csv, maxMalformedFraction: 1, ...over }), 'r1', mkdtempSync(join(folder, 'run-')));

interface Outcome {
  readonly rows: number;
  readonly used: number;
  readonly quarantined: readonly Record<string, unknown>[];
}
/** What became of a file: its rows, or the error that names it. */
async function outcomeOf(run: DataRun, content: string | Uint8Array, key = 'small/d/a.csv'): Promise<Outcome | Error> {
  run.drop(key, content);
  try {
    const { rows, malformed } = await run.desensitize(key);
    const quarantined =
      malformed === 0
        ? []
        : (await run.raw.readText(rawKeys(run.run).quarantine(0)))
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Record<string, unknown>);
    return { rows, used: (await run.rows(cleanKeys(run.run).shard(0))).length, quarantined };
  } catch (error) {
    return error as Error;
  }
}
const values = async (run: DataRun) =>
  (await run.rows(cleanKeys(run.run).shard(0))).map(({ _label, a, b }) => [_label, a, b]);

describe('a CSV file', () => {
  test('written by Spark has a backslash before a quote', async () => {
    using run = await startOwn({ escape: '\\' });
    const csv = 'y,a,b\n0,0,"say \\"hi\\", you"\n1,1,C:\\dir\\\n0,2,"back\\\\slash"\n1,3,"other \\n"\n1,4,"a ""b"""\n';
    expect(await outcomeOf(run, csv)).toMatchObject({ rows: 5, used: 5 });
    expect((await values(run)).map((row) => row[2])).toEqual([
      'say "hi", you',
      'C:\\dir\\',
      'back\\slash',
      'other \\n',
      'a "b"',
    ]);
  });
  test('without quotes keeps them, and may escape a delimiter', async () => {
    using run = await startOwn({ quote: 'none', escape: '\\' });
    const csv = 'y,a,b\n0,0,"5 inch\n1,1,a\\,b\n0,2,"x"\n1,3,a\\\\b\n';
    expect(await outcomeOf(run, csv)).toMatchObject({ rows: 4, used: 4 });
    expect((await values(run)).map((row) => row[2])).toEqual(['"5 inch', 'a,b', '"x"', 'a\\b']);
  });
  const text = 'y,a,größe\n0,0,„ä“ €\n1,1,x\n';
  const named = { columns: { a: columns.a, b: { ...columns.b, from: 'größe' } } };
  const windows = Buffer.concat([
    Buffer.from('y,a,größe\n0,0,', 'latin1'),
    Buffer.from([0x84, 0xe4, 0x93, 0x20, 0x80]),
    Buffer.from('\n1,1,x\n'),
  ]);
  test.each<[string, string | undefined, Uint8Array]>([
    ['UTF-8', undefined, Buffer.from(text)],
    ['UTF-8 with a mark', 'windows-1252', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16 with a mark', undefined, Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, big end first', undefined, Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', 'utf-16', Buffer.from(text, 'utf16le')],
    ['UTF-16, big end first, without a mark', 'utf-16', Buffer.from(text, 'utf16le').swap16()],
    ['windows-1252', 'windows-1252', windows],
  ])('in %s is read', async (_, encoding, bytes) => {
    using run = await startOwn(encoding === undefined ? {} : { encoding }, named);
    expect(await outcomeOf(run, bytes)).toMatchObject({ rows: 2, used: 2 });
    expect(await values(run)).toEqual([
      [0, 0, '„ä“ €'],
      [1, 1, 'x'],
    ]);
  });
  test('in an undeclared encoding is refused with the setting that helps', async () => {
    using run = await startOwn({}, { maxMalformedFraction: 0.01 });
    const latin1 = Buffer.from('y,a,b\n0,0,\u00e9\n1,1,x\n', 'latin1');
    expect(await outcomeOf(run, latin1)).toMatchObject({
      name: 'MalformedDataError',
      message: expect.stringContaining('or set dataset.csv.encoding (windows-1252'),
    });
  });
  test('may have titles, a line of the separator, comments and blank lines', async () => {
    using run = await startOwn({ delimiter: ';', skipLines: 2, comment: '#' });
    const csv = 'sep=;\r\nReport "of\r\n\r\n# note\r\n\r\ny;a;b\r\n0;0;x\r\n#1;1;x\r\n   \r\n1;1;bad\r\n0;wide;x\r\n';
    expect(await outcomeOf(run, csv)).toMatchObject({
      rows: 3,
      used: 2,
      quarantined: [{ line: 11, column: 'a', text: '0;wide;x' }],
    });
  });
  test('with old, new and mixed line ends is one', async () => {
    using run = await startOwn();
    expect(await outcomeOf(run, 'y,a,b\r0,0,x\n1,1,y\r\n0,2,"two\r\nlines\rof text"\r1,3,x')).toMatchObject({
      used: 4,
    });
    expect((await values(run))[2]).toEqual([0, 2, 'two\r\nlines\rof text']);
  });
});

describe('a part without rows', () => {
  test.each<[string, string, string]>([
    ['empty CSV', 'csv', ''],
    ['blank CSV', 'csv', '\r\n \n'],
    ['CSV of a header', 'csv', 'y,a,b\n\n'],
    ['CSV of a header without a line end', 'csv', 'y,a,b'],
    ['empty JSON lines', 'jsonl', ''],
    ['blank JSON lines', 'jsonl', '\n\n'],
    ['empty Parquet', 'parquet', ''],
  ])('has none: %s', async (_, format, content) => {
    using run = await startOwn({}, { format });
    expect(await outcomeOf(run, content, `small/d/a.${format}`)).toMatchObject({ rows: 0, used: 0 });
    expect((await run.counts()).rows).toBe(0);
  });
});

describe('a stray quote', () => {
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `${(from + i) % 2},${from + i},x`);
  test.each<[string, string[], number]>([
    ['in the first column', [...lines(0, 5), '"0,5,x', ...lines(6, 9)], 4],
    [
      'in the first column, and in a later row',
      [...lines(0, 5), '"0,5,x', ...lines(6, 8), '"1,8,x', ...lines(9, 12)],
      4,
    ],
    ['in the last column', [...lines(0, 5), '0,5,"x', ...lines(6, 9)], 4],
    [
      'in the last column, and in a later row',
      [...lines(0, 5), '0,5,"x', ...lines(6, 9), '1,9,x"', ...lines(10, 12)],
      5,
    ],
    ['in the last line', [...lines(0, 5), '0,5,"x'], 1],
    ['in two rows, one after the other', [...lines(0, 5), '0,5,"x', '1,6,"y', ...lines(7, 9)], 2],
    ['before a row with quotes', [...lines(0, 5), '0,5,"x', '1,6,"y"', ...lines(7, 9)], 2],
    ['after a value in quotes', [...lines(0, 5), '0,5,"x"y', ...lines(6, 9)], 1],
    ['within a text', [...lines(0, 5), '0,5,5" nails', ...lines(6, 9)], 0],
    ['that is none: a text of several lines', [...lines(0, 5), '0,5,"two\nlines, of text"', ...lines(6, 9)], 0],
  ])('%s', async (_, rows, lost) => {
    for (const end of ['\n', '\r\n']) {
      using run = await startOwn();
      const result = (await outcomeOf(run, ['y,a,b', ...rows].join(end))) as Outcome;
      expect(result.quarantined.map((row) => row['text'])).toHaveLength(lost);
      expect(result.used).toBe(rows.length - lost);
      expect(result.rows).toBe(rows.length);
    }
  });
  test('that takes in more than fits into memory is reported line by line', async () => {
    using run = await startOwn();
    const row = `1,1,${'x'.repeat(100)}\n`;
    const many = 60_000;
    const result = (await outcomeOf(run, `y,a,b\n0,0,"x\n${row.repeat(many)}`)) as Outcome;
    expect(result).toMatchObject({ rows: many + 1, used: 0 });
    expect(result.quarantined).toHaveLength(many + 1);
    expect(result.quarantined.at(-1)).toMatchObject({ line: many + 2, text: row.trim() });
    const listed = (await run.clean.readText(cleanKeys(run.run).quarantine(0))).trim().split('\n');
    expect(listed).toHaveLength(1);
  });
  test('does not hide a line that is too long, which is cut in the quarantine', async () => {
    using run = await startOwn();
    const result = (await outcomeOf(run, `y,a,b\n0,0,x\n1,1,${'x'.repeat(5_000_000)}\n1,2,x\n`)) as Outcome;
    expect(result).toMatchObject({ rows: 3, used: 2, quarantined: [{ line: 3, reason: 'a line longer than 2 MB' }] });
  });
});

describe('JSON lines', () => {
  const json = { format: 'jsonl' };
  const rows = ['{"y":0,"a":0,"b":"é"}', '{"y":1,"a":1,"b":"😀"}', '{"y":0,"a":2}'];
  test.each<[string, Uint8Array]>([
    ['with a byte-order mark', Buffer.from(`\uFEFF${rows.join('\n')}\n`)],
    ['in UTF-16', Buffer.from(`\uFEFF${rows.join('\r\n')}`, 'utf16le')],
    ['in UTF-16, big end first', Buffer.from(`\uFEFF${rows.join('\n')}`, 'utf16le').swap16()],
  ])('%s are all read', async (_, bytes) => {
    using run = await startOwn({}, json);
    expect(await outcomeOf(run, bytes, 'small/d/a.jsonl')).toMatchObject({ rows: 3, used: 3 });
    expect((await values(run)).map((row) => row[2])).toEqual(['é', '😀', null]);
  });
  test('that are broken are quarantined as they are', async () => {
    using run = await startOwn({}, json);
    const bad = ['{"y":1,"a":1,"b":"x"', '{"y":1,"a":1,"b":"a\x1fb"}', '[1]', 'x'];
    const result = (await outcomeOf(run, `${[rows[0], ...bad].join('\n')}\n`, 'small/d/a.jsonl')) as Outcome;
    expect(result).toMatchObject({ rows: 5, used: 1 });
    expect(result.quarantined.map((row) => [row['line'], row['text']])).toEqual(bad.map((line, i) => [i + 2, line]));
  });
});

test('a malformed row is in the quarantine of the raw bucket as it arrived, and in the clean bucket by its position alone', async () => {
  using run = await startOwn();
  const result = (await outcomeOf(run, 'y,a,b\n0,0,x\n1,Jane,"Secret, 5"\n1\n')) as Outcome;
  expect(result.quarantined).toEqual([
    { file: 'file 1 of the drop', line: 3, column: 'a', reason: 'not a finite number', text: '1,Jane,"Secret, 5"' },
    { file: 'file 1 of the drop', line: 4, column: null, reason: 'too few fields', text: '1' },
  ]);
  expect(await run.clean.readText(cleanKeys(run.run).quarantine(0))).not.toMatch(/Jane|Secret|text/);
});

/** Number of rows of a file by other means than the product's: its lines with anything but blanks, without the header. */
function rowsIn(bytes: Uint8Array): number {
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/^\xEF\xBB\xBF/, '');
  return text.split(/\r\n|\r|\n/).filter((line) => !/^[ \t]*$/.test(line)).length - 1;
}

describe('no row is lost without a word', () => {
  const pieces = fc.constantFrom(
    '0,1,x\n',
    '1,2,y\r\n',
    '1,2,"q"\n',
    '0,3,"a ""b"""\n',
    '1,bad,x\n',
    '1,2\n',
    '1,2,3,4\n',
    '0,1,"open\n',
    '"0,1,x\n',
    '0,"1\n',
    '\n',
    ' \n',
    '\r',
    '0,1,x\r',
    ',,\n',
    '"',
    ',',
    'é',
    '\0',
    '0,1,5" x\n',
    '0,1,"x"y\n',
    '0,1, "x"\n',
    '0,1,"x" \n',
    '\\"',
    '\uFEFF',
  );
  const csv = fc
    .tuple(fc.array(pieces, { maxLength: 40 }), fc.constantFrom('y,a,b\n', '\uFEFFy,a,b\r\n', 'y,a,b\r'))
    .chain(([parts, header]) => {
      const bytes = Buffer.from(header + parts.join(''));
      const start = Buffer.byteLength(header);
      return fc.tuple(
        fc.constant(bytes),
        fc.integer({ min: start, max: bytes.length }),
        fc.option(
          fc.tuple(
            fc.integer({ min: start, max: Math.max(start, bytes.length - 1) }),
            fc.integer({ min: 0, max: 255 }),
          ),
        ),
      );
    })
    .map(([bytes, cut, flip]) => {
      const copy = Buffer.from(bytes.subarray(0, cut));
      if (flip !== null && flip[0] < copy.length) copy[flip[0]] = flip[1];
      return copy;
    });

  test('of any CSV file that a fuzzer writes', async () => {
    using run = await startOwn();
    await fc.assert(
      fc.asyncProperty(csv, async (bytes) => {
        const result = await outcomeOf(run, bytes);
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(TidegateError);
          expect(result.name).not.toBe('RowCountError');
          expect(result.message).toContain('file 1 of the drop');
          return;
        }
        expect(result.rows).toBe(result.used + result.quarantined.length);
        // a row on several lines has a text with line breaks: those are no rows of their own
        const rows = await run.rows(cleanKeys(run.run).shard(0));
        const breaks = (text: unknown) =>
          String(text ?? '')
            .split(/\r\n|\r|\n/)
            .slice(1)
            .filter((line) => !/^[ \t]*$/.test(line)).length;
        const within = [
          ...rows.flatMap((row) => [row['a'], row['b']]),
          ...result.quarantined.map((row) => row['text']),
        ];
        const lines = rowsIn(bytes);
        const counted = result.rows + within.reduce<number>((sum, text) => sum + breaks(text), 0);
        // the last line of a text may hold nothing but its closing quote
        expect(counted).toBeLessThanOrEqual(lines);
        expect(lines - counted).toBeLessThanOrEqual(within.filter((text) => /[\r\n]/.test(String(text))).length);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  test('of any JSON lines that a fuzzer writes', async () => {
    using run = await startOwn({}, { format: 'jsonl' });
    const part = fc.constantFrom(
      '{"y":0,"a":1,"b":"x"}\n',
      '{"y":1}\r\n',
      '{"y":1,"a":"bad"}\n',
      '{"y":',
      '}\n',
      '[]\n',
      '\n',
      ' \n',
      '"\n',
      '\x1f',
      'é',
      '\0',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 30 }), fc.nat({ max: 400 }), async (parts, cut) => {
        const bytes = Buffer.from(`{"y":0,"a":1,"b":"x"}\n${parts.join('')}`).subarray(0, 22 + cut);
        const result = await outcomeOf(run, bytes, 'small/d/a.jsonl');
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(TidegateError);
          expect(result.name).not.toBe('RowCountError');
          return;
        }
        expect(result.rows).toBe(rowsIn(bytes) + 1);
        expect(result.rows).toBe(result.used + result.quarantined.length);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

const field = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'data', 'field');
describe.skipIf(!existsSync(field))('files of the field (skipped where they are missing)', () => {
  const read = (name: string) => readFileSync(join(field, name));
  test('JSON lines with a byte-order mark: 200 rows', async () => {
    using run = await startOwn({}, { format: 'jsonl' });
    expect(await outcomeOf(run, read('bom.jsonl'), 'small/d/a.jsonl')).toMatchObject({ rows: 200, used: 200 });
  });
  test("Spark's backslash is read", async () => {
    using run = await startOwn({ escape: '\\' });
    expect(await outcomeOf(run, read('spark-backslash.csv'))).toMatchObject({ quarantined: [] });
  });
  test('a stray quote loses 2,000 of 3,000 lines, and that is refused', async () => {
    using run = await startOwn({}, { maxMalformedFraction: 0.01 });
    expect(await outcomeOf(run, read('unclosed-quote.csv'))).toMatchObject({
      name: 'MalformedDataError',
      message: expect.stringContaining('2000 of 3000 rows'),
    });
  });
  test('an archive that is cut off is refused by name', async () => {
    using run = await startOwn();
    expect(await outcomeOf(run, read('truncated.csv.gz'), 'small/d/a.csv.gz')).toMatchObject({
      name: 'DataEngineError',
      message: 'Cannot read file 1 of the drop: it is cut off before its end. Write it again, and drop it again.',
    });
  });
  test('columns of a header with quotes and question marks can be named', async () => {
    const from = {
      label: { column: 'churn', from: 'Churn?', positive: 'True.', negative: 'False.' },
      columns: {
        State: { role: 'feature', type: 'category' },
        'Account Length': { role: 'feature', type: 'number' },
        intl_plan: { role: 'feature', type: 'category', from: "Int'l Plan" },
        'CustServ Calls': { role: 'feature', type: 'number' },
      },
    };
    using run = await startOwn({}, from);
    expect(await outcomeOf(run, read('churn-header.csv'))).toMatchObject({ quarantined: [] });
  });
});
