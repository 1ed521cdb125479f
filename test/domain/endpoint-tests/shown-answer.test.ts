import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownAnswer } from '#domain/endpoint-tests/shown-answer';

const show = (body: string, request = '') => shownAnswer({ body }, request);

describe('the answer of an endpoint in a message', () => {
  it.each([
    ['0.25\n0.70\n', '41,52000', 'it answered "0.25 0.70"'],
    ['', '41', 'it answered nothing'],
    [' \n', '41', 'it answered nothing'],
    [
      'Feature shape mismatch, expected: 12, got 3',
      '1,2,3',
      'it answered "Feature shape mismatch, expected: 12, got 3"',
    ],
    [
      "could not convert string to float: 'jane@example.com'",
      '41,jane@example.com',
      `it answered "could not convert string to float: '…'"`,
    ],
    ['bad value JANE in row', 'jane roe,1', 'it answered "bad value … in row"'],
    ['row 1: 52000.0 is too large (5.2e4)', '41,52000', 'it answered "row 1: … is too large (…)"'],
    ['id=K7-Q9-jane', 'jane,2', 'it answered "id=…"'],
    ['user_jane_roe', 'jane,2', 'it answered "…"'],
    // within a longer word: from four letters on
    ['xjanex', 'jane,2', 'it answered "…"'],
    ['froes', 'roe,2', 'it answered "froes"'],
    ['<html>\u0000\u0007</html>', '1', 'it answered "<html> </html>"'],
  ])('of %j is shown without the request', (body, request, shown) => expect(show(body, request)).toBe(shown));

  it('is bounded, and cut after what repeats the request is hidden', () => {
    expect(show('x '.repeat(5000)).length).toBeLessThanOrEqual('it answered ""'.length + 200);
    const long = 'j'.repeat(500);
    expect(show(`refused: ${long}`, long)).toBe('it answered "refused: …"');
  });

  it('never has a word of the request, whatever the container makes of it', () => {
    const field = fc.oneof(
      fc.stringMatching(/^[a-zà-ÿ]{2,12}@[a-z]{3,9}\.example$/),
      fc.stringMatching(/^[A-Z][a-z]{2,9} [A-Z][a-z]{2,9}$/),
      fc.integer({ min: 10, max: 1e9 }).map(String),
      fc.double({ min: 10, max: 1e6, noNaN: true }).map((value) => value.toFixed(2)),
    );
    const echo = fc.constantFrom(
      (text: string) => `could not convert string to float: '${text}'`,
      (text: string) => `[${text}]`,
      (text: string) => `{"error":"${text.toUpperCase()}"}`,
      (text: string) => `x=${text};`,
      (text: string) => `ValueError(${JSON.stringify({ row: [text] })})`,
    );
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), echo, (fields, write) => {
        const shown = show(write(fields.join(',')), fields.join(',')).toLowerCase();
        for (const text of fields) {
          for (const word of text.toLowerCase().split(/[\s@.]+/)) {
            if (word.length >= 4 && word !== 'example') expect(shown).not.toContain(word);
          }
        }
      }),
    );
  });
});
