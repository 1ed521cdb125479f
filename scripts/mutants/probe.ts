import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRandom } from '#domain/random';
import { type Mutant, mutate } from './find-mutants.ts';
import { type Outcome, type Sandbox, testConfig } from './sandbox.ts';

/** What became of a mutant. Only `survived` shows that a test is missing; a mutant that loops is `stopped`. */
export type Fate = 'killed by a test' | 'stopped' | 'refused by the compiler' | 'survived';

/** `count` of the mutants in a random order that the seed decides. */
export function sample(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const random = createRandom(seed);
  const left = [...mutants];
  const chosen: Mutant[] = [];
  while (left.length > 0 && chosen.length < count) chosen.push(...left.splice(random.below(left.length), 1));
  return chosen;
}

/** Most time for the unchanged tests, and for the compiler. */
const checkTime = 20 * 60_000;
/** A mutant whose tests take so many times longer than all unchanged ones does not end. */
const patience = 3;

/** The folders whose tests see a file: first the one that mirrors its folder, then the one of its top folder. */
function testFolders(sandbox: Sandbox, file: string): string[] {
  const mirror = join('test', dirname(file));
  const top = join('test', file.split('/')[0] ?? '');
  return [...new Set([mirror, top])].filter((folder) => existsSync(join(sandbox.directory, folder)));
}

const test = (sandbox: Sandbox, args: readonly string[], milliseconds: number): Promise<Outcome> =>
  sandbox.run('npx', ['vitest', ...args, '--run', '--config', testConfig], milliseconds);

const compile = (sandbox: Sandbox): Promise<Outcome> =>
  sandbox.run('npx', ['tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', '.mutants.tsbuildinfo'], checkTime);

/**
 * Checks that types and tests are sound as long as nothing is changed: otherwise every mutant would look killed.
 *
 * @returns the time the tests may take with a mutant, in milliseconds
 * @throws Error with the end of the output
 */
export async function checkUnchanged(sandbox: Sandbox, folder: string): Promise<number> {
  const types = await compile(sandbox);
  if (types === 'stopped' || types.status !== 0)
    throw new Error(`the unchanged tree does not compile\n${types === 'stopped' ? 'stopped' : types.output}`);
  const start = performance.now();
  const tests = await test(sandbox, ['--dir', join('test', folder)], checkTime);
  if (tests === 'stopped' || tests.status !== 0)
    throw new Error(`the unchanged tree fails its tests\n${tests === 'stopped' ? 'stopped' : tests.output}`);
  return patience * (performance.now() - start);
}

/** Puts a mutant into the copy, runs the tests that import its file, then the compiler, and takes it out again. */
export async function tryMutant(sandbox: Sandbox, mutant: Mutant, testTime: number): Promise<Fate> {
  const path = join(sandbox.directory, mutant.file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, mutate(source, mutant));
  try {
    for (const folder of testFolders(sandbox, mutant.file)) {
      const tests = await test(
        sandbox,
        ['related', mutant.file, '--dir', folder, '--bail', '1', '--passWithNoTests'],
        testTime,
      );
      if (tests === 'stopped') return 'stopped';
      if (tests.status !== 0) return 'killed by a test';
    }
    const types = await compile(sandbox);
    return types === 'stopped' || types.status === 0 ? 'survived' : 'refused by the compiler';
  } finally {
    writeFileSync(path, source);
  }
}
