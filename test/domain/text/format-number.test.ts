import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from '#domain/reports/html';
import { niceTicks } from '#domain/reports/ticks';
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

describe('niceTicks', () => {
  it.each<[number, number, number, string[]]>([
    [0, 1, 5, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [0, 0.7, 5, ['0.0', '0.2', '0.4', '0.6']],
    [0, 1.25, 5, ['0.00', '0.25', '0.50', '0.75', '1.00', '1.25']],
    [-40, 40, 5, ['−40', '−20', '0', '20', '40']],
    [0, 90_000, 5, ['0', '20k', '40k', '60k', '80k']],
    [0, 3_000_000, 3, ['0', '1M', '2M', '3M']],
    [0, 2.5e9, 5, ['0', '500M', '1G', '1.5G', '2G', '2.5G']],
    [0, 0.003, 3, ['0.000', '0.001', '0.002', '0.003']],
    [0, 45, 5, ['0', '10', '20', '30', '40']],
    [0, 9.9, 1, ['0']],
    [7, 7, 5, ['7']],
  ])('from %d to %d, about %i, are %j', (low, high, count, labels) => {
    expect(niceTicks(low, high, count).labels).toEqual(labels);
  });

  it('keep their step up to a thousandth below what would be even', () => {
    expect(niceTicks(0, 5 / 0.999, 5).values).toEqual([0, 1, 2, 3, 4, 5]);
    expect(niceTicks(0, 5 / 0.998, 5).values).toEqual([0, 2, 4]);
  });

  it('lie within the range, evenly, few but never none, with labels that differ', () => {
    const range = fc.tuple(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(range, ([low, width]) => {
        const high = low + width;
        const { values, labels } = niceTicks(low, high, 5);
        expect(values.length).toBeGreaterThanOrEqual(1);
        expect(values.length).toBeLessThanOrEqual(7);
        const slack = width * 1e-6;
        for (const value of values) expect(value >= low - slack && value <= high + slack).toBe(true);
        if (width > 1 && Math.abs(low) < 1e4 && width < 1e4) expect(new Set(labels).size).toBe(labels.length);
        const steps = values.slice(1).map((value, i) => value - (values[i] as number));
        for (const step of steps) expect(step / (steps[0] as number)).toBeCloseTo(1, 3);
      }),
    );
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
