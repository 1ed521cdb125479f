import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, printPdf } from '#cli/print-pdf';
import { pageOf } from '#domain/reports/page';
import { findChromium as chromiumOfTests } from '../support/chromium.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-pdf-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program in the place of a browser. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('the browser that prints', () => {
  it('is the one that CHROMIUM names, before one on the path', () => {
    const own = program('own-browser', 'exit 0');
    program('chromium', 'exit 0');
    expect(findChromium({ CHROMIUM: own, PATH: folder })).toBe(own);
    expect(findChromium({ PATH: `/nowhere:${folder}` })).toBe(join(folder, 'chromium'));
    expect(findChromium({}, [own])).toBe(own);
  });

  it('is asked for where there is none, with the fix', () => {
    expect(() => findChromium({ PATH: '/nowhere' }, [])).toThrow(
      /install Chromium, Chrome or Edge.*--out report\.html/,
    );
    expect(() => findChromium({ CHROMIUM: '/nowhere/chrome' })).toThrow(/CHROMIUM names \/nowhere\/chrome/);
  });

  it('is named with its last words when it prints nothing', async () => {
    const broken = program('broken', 'echo first >&2; echo "no usable display" >&2; exit 3');
    await expect(printPdf('page.html', join(folder, 'none.pdf'), broken)).rejects.toThrow(
      /broken wrote no PDF: no usable display\. Try another one/,
    );
  });

  it('does not leave an earlier PDF behind when it prints nothing', async () => {
    const out = join(folder, 'old.pdf');
    writeFileSync(out, 'old');
    const idle = program('idle', 'exit 0');
    await expect(printPdf('page.html', out, idle)).rejects.toThrow(/wrote no PDF/);
  });
});

const chromium = chromiumOfTests();
const printing = chromium === undefined ? 'has no Chromium on this machine and is skipped' : 'is printed by Chromium';
it.skipIf(chromium === undefined)(`a page ${printing}`, { timeout: 120_000 }, async () => {
  const page = join(folder, 'page.html');
  writeFileSync(page, pageOf('A report', []));
  const out = join(folder, 'new', 'page.pdf');
  await printPdf(page, out, chromium);
  expect(readFileSync(out).subarray(0, 5).toString()).toBe('%PDF-');
});
