import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineCounter } from '#domain/data/line-counter';

function count(text: string, chunk = 1 << 16, quote: number | undefined = 0x22) {
  const counter = createLineCounter(quote);
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += chunk) counter.push(bytes.subarray(i, i + chunk));
  return { lines: counter.lines(), odd: counter.oddQuotes() };
}

test('lines are those that hold anything, of whatever line end', () => {
  expect(count('').lines).toBe(0);
  expect(count('\n\r\n').lines).toBe(0);
  for (const end of ['\n', '\r\n', '\r']) expect(count(`a${end}${end}b${end}c`).lines).toBe(3);
});

test('a line with an odd number of quotes is noticed, the last one too', () => {
  expect(count('"a",b\n"c""d",e\n').odd).toBe(false);
  expect(count('"a\nb",c\n').odd).toBe(true);
  expect(count('a\n5" nails').odd).toBe(true);
  expect(createLineCounter(undefined).oddQuotes()).toBe(false);
});

test('nothing depends on how a file is cut into chunks', () => {
  const text = fc.array(fc.constantFrom('a', '"', '\n', '\r\n', ',', 'é')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (file, chunk) => {
      expect(count(file, chunk)).toEqual(count(file));
      expect(count(file).lines).toBe(file.split(/[\r\n]+/).filter((line) => line !== '').length);
    }),
  );
});
