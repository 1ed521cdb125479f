import fc from 'fast-check';
import { expect, test } from 'vitest';
import { double, ident, text, texts } from '#domain/sql/literals';
import { testEngine } from '../../fakes/data-run.ts';

const unit = fc.constantFrom("'", '"', '\\', ';', '-', '\n', '\0', 'a', 'ü', '😀', '%', '$');
const any = fc.string({ unit, minLength: 1, maxLength: 8 }).filter((s) => !s.includes('\0'));

// a negative zero reads back as zero, which it equals
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => v + 0);

test('texts, names and numbers reach the engine as they are, whatever they hold', async () => {
  using engine = await testEngine();
  await fc.assert(
    fc.asyncProperty(any, any, number, async (value, name, figure) => {
      const [row] = await engine.query('echo', `SELECT ${text(value)} AS ${ident(name)}, ${double(figure)} AS number_`);
      expect(row).toEqual({ [name]: value, number_: figure });
    }),
    { numRuns: 200 },
  );
});

test('a list of texts is one', async () => {
  using engine = await testEngine();
  const [row] = await engine.query(
    'echo',
    `SELECT [${texts(["it's", 'b'])}][1] AS first, 'b' IN (${texts(['a', 'b'])}) AS found`,
  );
  expect(row).toEqual({ first: "it's", found: true });
  expect(texts([])).toBe('');
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is no number for SQL', (value) => {
  expect(() => double(value)).toThrow(RangeError);
});
