import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { dataPlot } from '../../bench/data-plot.ts';
import { freeTexts, redactWithEngine } from '../../bench/free-texts.ts';

const step = (cpuSeconds: number) => ({ seconds: cpuSeconds, cpuSeconds, peakMb: 300 });
const size = (rows: number) => ({
  rows,
  megabytes: rows / 5000,
  steps: { copy: step(rows / 1e6), tokens: step(1), desensitize: step(4), transform: step(2), pandas: step(60) },
});

test('the plot of the preparation has a bar for each way and each size, as long as its time', () => {
  const svg = dataPlot([size(200_000), size(2_000_000)], ['desensitize', 'transform']);
  expect(XMLValidator.validate(svg)).toBe(true);
  const { svg: root } = new XMLParser({ ignoreAttributes: false }).parse(svg);
  const bars: { '@_class': string; '@_width': string; '@_height': string }[] = root.rect;
  const drawn = bars.filter((bar) => bar['@_height'] === '22');
  // copy, tokens, two steps and pandas of the larger size; two steps of each size
  expect(drawn).toHaveLength(9);
  const [copy, tokens, desensitize, transform, pandas] = drawn.map((bar) => Number(bar['@_width']));
  expect(
    [copy, tokens, desensitize, transform].map((width) => Math.round((60 * (width ?? 0)) / (pandas ?? 1))),
  ).toEqual([2, 1, 4, 2]);
  expect(svg).toContain('2,000,000 loans');
  expect(svg).toContain('prefers-color-scheme:dark');
  expect(() => dataPlot([], [])).toThrow(RangeError);
});

test('the free texts of the bench are the same each time, and some of them are redacted', async () => {
  expect(freeTexts(50)).toEqual(freeTexts(50));
  await expect(redactWithEngine(freeTexts(200), 500)).resolves.toBeUndefined();
  await expect(redactWithEngine(['nothing to see'], 500)).rejects.toThrow('not redacted');
});
