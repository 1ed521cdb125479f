import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../../cli/exit-codes.ts';
import { pipelineYaml } from '../../../cli/profile/pipeline-yaml.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-new-'));
  file = join(folder, 'rows.csv');
  writeFileSync(file, `n,y\n${Array.from({ length: 40 }, (_, i) => `${(i * 7) % 11},${i % 2}`).join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tidegate = (...args: string[]) =>
  run(process.execPath, [join(root, 'cli/tidegate.mjs'), ...args], {
    env: { ...process.env, NO_COLOR: '1', TIDEGATE_HOME: join(folder, 'home') },
  });

describe('tidegate new, and profile', () => {
  it('prints a pipeline and what to look at, as JSON', async () => {
    const { stdout } = await tidegate('new', 'rows', file, '--print', '--json');
    expect(JSON.parse(stdout)).toEqual({
      pipeline: 'rows',
      yaml: expect.stringContaining('name: rows\n'),
      check: [],
    });
  });

  it('writes the data report of a file', async () => {
    const out = join(folder, 'rows.html');
    const { stdout } = await tidegate('profile', file, '--out', out, '--json');
    expect(JSON.parse(stdout)).toEqual({ path: out, check: [] });
    expect(readFileSync(out, 'utf8')).toContain('<h1>rows.csv</h1>');
    const { stdout: text } = await tidegate('profile', file);
    expect(text.trim()).toBe(join(folder, 'home/reports/rows-data.html'));
  });

  it.each([
    [['Rows'], /cannot be the name of a pipeline/],
    [['loan-default'], /is there already.*--force/],
  ])('refuses the name %s', async ([name = ''], message) => {
    const failed = tidegate('new', name, file);
    await expect(failed).rejects.toMatchObject({ code: exitCodes.usage, stderr: expect.stringMatching(message) });
  });
});

describe('the text of a pipeline', () => {
  it('has each reason on one line, whatever the file is called', () => {
    const text = pipelineYaml(
      {
        name: 'rows',
        format: 'csv',
        label: { value: { column: 'y' }, because: 'two\nlines', doubt: 'which?' },
        columns: [{ name: 'yes', value: { role: 'feature', type: 'number' } }],
        split: { value: { train: 0.7, validation: 0.15, test: 0.15 } },
        task: { value: 'regression' },
        gates: [{ value: { metric: 'r2', min: 0.1 } }],
      },
      'evil\nname: other',
    );
    expect(text).toContain('from evil name: other.');
    expect(text).toMatch(/label: \{ column: y \} +# two lines\. CHECK: which\?\n/);
    expect(text).toContain("    'yes': { role: feature, type: number }\n");
  });
});
