import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '#domain/reports/render';
import { sampleReport } from '../domain/reports/sample.ts';
import { type BrowserPage, findChromium, openBrowser } from '../support/chromium.ts';

const chromium = findChromium();

/** Where the pictures are kept, to be looked at. */
const pictures = join(process.env['TIDEGATE_HOME'] ?? '.tidegate', 'screenshots');

/** What a reader cannot see because of the layout, found by the boxes of the page. */
interface Faults {
  /** CSS pixels by which the page is wider than the view. */
  readonly overflow: number;
  /** Entries of legends that lie over a mark of their plot, over one another, or outside of their drawing. */
  readonly covered: readonly string[];
  /** Entries of legends on the page. */
  readonly entries: number;
}

const findFaults = `JSON.stringify((() => {
  const box = (element) => element.getBoundingClientRect();
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const covered = [];
  let count = 0;
  for (const svg of document.querySelectorAll('svg.plot')) {
    const entries = [...svg.querySelectorAll('.entry')];
    count += entries.length;
    const marks = [...svg.querySelectorAll('path, circle, rect, text')].filter((mark) => !mark.closest('.entry'));
    const around = box(svg);
    entries.forEach((entry, i) => {
      const own = box(entry);
      const inside = own.left >= around.left && own.right <= around.right + 1 && own.bottom <= around.bottom + 1;
      const others = [...marks, ...entries.slice(i + 1)];
      if (!inside || others.some((mark) => meet(own, box(mark)))) covered.push(entry.textContent);
    });
  }
  const root = document.documentElement;
  return { overflow: root.scrollWidth - root.clientWidth, covered, entries: count };
})())`;

const missing = chromium ? '' : ' (skipped: no Chromium is installed; name one by CHROMIUM)';
describe.skipIf(!chromium)(`a report in a browser${missing}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-reports-'));
  let browser: BrowserPage;
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    browser = await openBrowser(chromium as string);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const show = async (name: string, page: string): Promise<void> => {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, page);
    await browser.goto(pathToFileURL(file).href);
    await browser.until(`document.readyState === 'complete' && location.pathname.endsWith('/${name}.html')`);
  };
  const faults = async (): Promise<Faults> => JSON.parse(await browser.until<string>(findFaults));

  describe.each(['binary', 'multiclass', 'regression'] as const)('of a %s run', (task) => {
    const page = renderReport(sampleReport(task));

    it.each([
      [1200, 'light'],
      [768, 'dark'],
      [420, 'light'],
      [420, 'dark'],
    ] as const)('is readable at %i px, %s: nothing sticks out, no legend covers a mark', async (width, scheme) => {
      await browser.resize(width, 900, scheme);
      await show(task, page);
      const found = await faults();
      writeFileSync(join(pictures, `report-${task}-${width}-${scheme}.png`), await browser.screenshot('whole'));
      expect(found).toMatchObject({ overflow: 0, covered: [] });
      expect(found.entries).toBe(page.split('class="entry"').length - 1);
    });

    it('is printed', async () => {
      await show(task, page);
      const printed = await browser.print();
      writeFileSync(join(pictures, `report-${task}.pdf`), printed);
      expect(printed.subarray(0, 5).toString()).toBe('%PDF-');
    });
  });

  it('would be found at fault if a legend lay on a curve or a table stuck out', async () => {
    await browser.resize(420, 900);
    const page = renderReport(sampleReport('binary'));
    await show('covered', page.replace('<g class="entry">', '<g class="entry" transform="translate(120 -180)">'));
    expect((await faults()).covered).toHaveLength(1);
    await show('wide', page.replaceAll('class="scroll"', 'class="wide"'));
    expect((await faults()).overflow).toBeGreaterThan(0);
  });
});
