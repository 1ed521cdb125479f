import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorName, exitTable } from '#cli/exit-codes';

const root = fileURLToPath(new URL('../..', import.meta.url));
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tidegate-exit-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Runs the real command line in a home without a cloud. */
function tidegate(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { TIDEGATE_STAGE: _, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, 'cli', 'main.ts'), ...args], {
    cwd: home,
    // the modules are compiled once for all commands
    env: { ...env, TIDEGATE_HOME: home, NO_COLOR: '1', NODE_COMPILE_CACHE: join(home, 'compiled') },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...output })));
}

const wrong: readonly (readonly [code: number, args: readonly string[], says: string])[] = [
  [2, [], 'No command is given.'],
  [2, ['runs', '--limt', '3'], "unknown option '--limt'"],
  [2, ['drop', 'loan-default'], "missing required argument 'files'"],
  [2, ['up', '--port', 'high'], 'must be a whole number'],
  [2, ['audit', '--log', 'nothing'], 'nothing holds no audit log'],
  [2, ['down', '--stage', 'prod'], 'works only on the embedded cloud'],
  [5, ['runs'], 'The embedded cloud is not up.'],
  [6, ['up', '--faults', 'faults.yml'], 'faults.yml:1:1'],
];

describe('a command that cannot be done', () => {
  beforeAll(() => writeFileSync(join(home, 'faults.yml'), 'rulse: []\n'));

  it.each(wrong)('ends with %i for %j, and says why in one JSON document', async (exitCode, args, says) => {
    const { code, stdout, stderr } = await tidegate(...args, '--json');

    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    const { error } = JSON.parse(stderr) as { error: { name: string; message: string; exitCode: number } };
    expect(error).toMatchObject({ exitCode, message: expect.stringContaining(says) });
    expect(error.name).toMatch(/Error$/);
  });

  it.each([
    [2, ['runs', '--limt', '3'], "error: unknown option '--limt'"],
    [5, ['runs'], 'error The embedded cloud is not up.'],
  ])('ends with %i for %j, and says why in plain text', async (code, args, says) => {
    expect(await tidegate(...args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(says) });
  });

  it('ends with 0 for help', async () => {
    expect(await tidegate('drop', '--help', '--json')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the exit codes', () => {
  it('are listed in the help and in the docs', async () => {
    const { stdout } = await tidegate('--help');
    const docs = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');
    for (const { code, means } of exitTable) {
      expect(stdout).toContain(`${String(code).padEnd(3)} ${means}`);
      expect(docs).toContain(`| ${code} | ${means} |`);
    }
  });

  it('each have one meaning and one name', () => {
    expect(new Set(exitTable.map(({ code }) => code)).size).toBe(exitTable.length);
    expect(new Set(exitTable.map(({ error }) => error)).size).toBe(exitTable.length);
    expect(errorName(99)).toBe('CommandError');
  });
});
