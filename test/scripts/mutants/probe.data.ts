import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMutants } from '../../../scripts/mutants/find-mutants.ts';
import { checkUnchanged, tryMutant } from '../../../scripts/mutants/probe.ts';
import { createSandbox, type Sandbox } from '../../../scripts/mutants/sandbox.ts';

const source = `/** Doubles a number; negative ones become zero. */
export function twice(n: number): number {
  const factor: 2 = 2;
  return n > 0 ? n * factor : 0;
}
`;
const files: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }',
  'tsconfig.json':
    '{ "compilerOptions": { "strict": true, "noEmit": true, "module": "nodenext", "allowImportingTsExtensions": true, "types": [] }, "include": ["domain"] }',
  'domain/twice.ts': source,
  'test/support/fast-check.ts': 'export {};',
  'test/domain/twice.test.ts':
    "import { expect, it } from 'vitest';\nimport { twice } from '../../domain/twice.ts';\nit('doubles', () => { expect([twice(2), twice(-1)]).toEqual([4, 0]); });\n",
};

/** A small project of its own: the probe is told of nothing but its root and its files. */
let root: string;
let sandbox: Sandbox;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'probe-'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(root, 'node_modules'));
  sandbox = createSandbox(root, Object.keys(files), 512);
});
afterAll(() => {
  sandbox.remove();
  rmSync(root, { recursive: true });
});

const minutes = 60_000;
const mutant = (before: string, after: string) => {
  const found = findMutants('domain/twice.ts', source).find((own) => own.before === before && own.after === after);
  if (!found) throw new Error(`no mutant ${before} → ${after}`);
  return found;
};

describe('the probe', () => {
  it('takes a tree whose tests pass, and says how long a mutant may take', { timeout: 3 * minutes }, async () => {
    expect(await checkUnchanged(sandbox, 'domain')).toBeGreaterThan(0);
  });

  it('tells the mutants that tests notice from those they do not', { timeout: 5 * minutes }, async () => {
    expect(await tryMutant(sandbox, mutant('*', '/'), minutes)).toBe('killed by a test');
    // twice 0 is 0 either way
    expect(await tryMutant(sandbox, mutant('>', '>='), minutes)).toBe('survived');
    expect(readFileSync(join(sandbox.directory, 'domain/twice.ts'), 'utf8')).toBe(source);
  });

  it('leaves the tree alone, and nothing behind when it is removed', () => {
    expect(readFileSync(join(root, 'domain/twice.ts'), 'utf8')).toBe(source);
    const other = createSandbox(root, Object.keys(files), 512);
    other.remove();
    expect(existsSync(other.directory)).toBe(false);
    expect(existsSync(join(root, 'node_modules'))).toBe(true);
  });

  it('stops a command that takes too long, with all it started', async () => {
    const outcome = await sandbox.run('sh', ['-c', 'sleep 60 & sleep 60'], 200);
    expect(outcome).toBe('stopped');
  });

  it('does not take a command that somebody else ends for one that failed', async () => {
    await expect(sandbox.run('sh', ['-c', 'kill -TERM $$'], 10_000)).rejects.toThrow(
      'was ended by SIGTERM from outside',
    );
  });
});

it('a tree whose tests fail is refused, since every mutant would look killed', { timeout: 3 * minutes }, async () => {
  const broken = createSandbox(root, Object.keys(files), 512);
  writeFileSync(join(broken.directory, 'domain/twice.ts'), source.replace('n * factor', 'n'));
  try {
    await expect(checkUnchanged(broken, 'domain')).rejects.toThrow('the unchanged tree fails its tests');
  } finally {
    broken.remove();
  }
});
