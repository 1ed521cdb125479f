import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineCounter } from '#domain/data/line-counter';

function count(text: string, chunk = 1 << 16) {
  const counter = createLineCounter();
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += chunk) counter.push(bytes.subarray(i, i + chunk));
  return counter.lines();
}

test('lines end as an editor ends them, blank ones and the last one included', () => {
  expect(count('')).toBe(0);
  expect(count('\n\r\n')).toBe(2);
  for (const end of ['\n', '\r\n', '\r']) expect(count(`a${end}${end}b${end}c`)).toBe(4);
  expect(count('a\n')).toBe(1);
});

test('nothing depends on how a file is cut into chunks', () => {
  const text = fc.array(fc.constantFrom('a', '"', '\n', '\r\n', '\r', ',', 'é')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (file, chunk) => {
      expect(count(file, chunk)).toBe(count(file));
      const counter = createLineCounter();
      for (const part of [file.slice(0, chunk), '', file.slice(chunk)]) counter.push(Buffer.from(part));
      expect(counter.lines()).toBe(count(file));
      const lines = file.split(/\r\n|\r|\n/);
      expect(count(file)).toBe(lines.length - (lines.at(-1) === '' ? 1 : 0));
    }),
  );
});
