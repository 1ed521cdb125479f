import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from '#domain/reports/html';
import {
  decimalsFor,
  formatBytes,
  formatCount,
  formatFixed,
  formatNumber,
  formatPercent,
} from '#domain/text/format-number';

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [0.75, '0.75'],
    [0.123456, '0.1235'],
    [-0.005, '−0.005'],
    [12.3456, '12.35'],
    [1234.56, '1,235'],
    [1234567, '1,234,567'],
    [0.0000123, '1.23e−5'],
    [-2.5e12, '−2.50e12'],
    [0.99999, '1'],
    [-0.0001, '−0.0001'],
  ])('writes %d as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('writes a plus sign only where asked, and never for zero', () => {
    expect(formatNumber(0.5, { signed: true })).toBe('+0.5');
    expect(formatNumber(0, { signed: true })).toBe('0');
    expect(formatNumber(-0.5, { signed: true })).toBe('−0.5');
  });

  it('never reads like the number it is to be told apart from', () => {
    expect(formatNumber(0.74999, { apartFrom: 0.75 })).toBe('0.74999');
    expect(formatNumber(0.75, { apartFrom: 0.75 })).toBe('0.75');
    expect(formatNumber(0.1 + 0.2, { apartFrom: 0.3 })).toBe('0.30000000000000004');
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (a, b) => {
          fc.pre(a !== b);
          expect(formatNumber(a, { apartFrom: b })).not.toBe(formatNumber(b));
        },
      ),
    );
  });
});

describe('formatFixed', () => {
  it('keeps the decimals, separates thousands, and has no negative zero', () => {
    expect(formatFixed(1234.5, 2)).toBe('1,234.50');
    expect(formatFixed(-0.0123, 3, true)).toBe('−0.012');
    expect(formatFixed(0.0123, 3, true)).toBe('+0.012');
    expect(formatFixed(-0.0001, 2, true)).toBe('0.00');
  });
});

describe('decimalsFor', () => {
  it.each([
    [0.74, 0.76, 3],
    [10, 30, 0],
    [0.7, 0.9, 2],
    [1, 1, 4],
    [0, 1e-9, 6],
  ])('shows the interval %d to %d with %i decimals', (low, high, decimals) => {
    expect(decimalsFor(low, high)).toBe(decimals);
  });
});

describe('counts, shares and bytes', () => {
  it('are written for people', () => {
    expect(formatCount(1234567)).toBe('1,234,567');
    expect(formatPercent(0.1234)).toBe('12.3 %');
    expect(formatPercent(0)).toBe('0 %');
    expect(formatPercent(1)).toBe('100 %');
    expect(formatPercent(0.0001)).toBe('< 0.1 %');
    expect(formatPercent(0.99999)).toBe('> 99.9 %');
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(1023)).toBe('1,023 B');
    expect(formatBytes(1536)).toBe('1.5 KiB');
    expect(formatBytes(5 * 1024 ** 5)).toBe('5,120 TiB');
  });
});

describe('html', () => {
  it('escapes texts, writes markup as it is, and nothing for undefined', () => {
    const bold = html`<b>${'a < b & "c" \'d\''}</b>`;
    expect(html`<p title="${'"x"'}">${bold}${undefined}${3}${[bold, html`!`]}</p>`.markup).toBe(
      '<p title="&quot;x&quot;"><b>a &lt; b &amp; &quot;c&quot; &#39;d&#39;</b>3<b>a &lt; b &amp; &quot;c&quot; &#39;d&#39;</b>!</p>',
    );
  });

  it('leaves no way out of a text or an attribute, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { markup } = html`${text}`;
        expect(markup).not.toMatch(/[<>"']/);
        expect([...markup].every((character) => character >= ' ' || '\t\n\r'.includes(character))).toBe(true);
      }),
    );
  });
});
