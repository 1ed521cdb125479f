/**
 * Breaks random places of domain/ in a copy of the work tree, one at a time, and reports the changes that no test notices:
 * `npm run mutate -- [--count 50] [--seed 1] [--folder domain/data]… [--minutes 60]`. Fails when fewer than 9 of 10 are noticed.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findMutants, type Mutant } from './mutants/find-mutants.ts';
import { checkUnchanged, type Fate, sample, tryMutant } from './mutants/probe.ts';
import { createSandbox } from './mutants/sandbox.ts';

const leastNoticed = 0.9;
const megabytes = 2048;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string', multiple: true, default: ['domain'] },
    minutes: { type: 'string', default: '60' },
  },
});
const [count, seed, minutes] = [values.count, values.seed, values.minutes].map(Number);
if (
  count === undefined ||
  seed === undefined ||
  minutes === undefined ||
  ![count, seed, minutes].every(Number.isFinite)
)
  throw new Error('--count, --seed and --minutes are numbers');

const root = join(import.meta.dirname, '..');
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
});
const files = listed.split('\n').filter((file) => file !== '');
const sources = files.filter(
  (file) => file.endsWith('.ts') && values.folder.some((folder) => file === folder || file.startsWith(`${folder}/`)),
);
const mutants = sources.flatMap((file) => findMutants(file, readFileSync(join(root, file), 'utf8')));
const chosen = sample(mutants, count, seed);

const described = ({ file, line, before, after }: Mutant): string => {
  const short = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 80);
  return `${file}:${line}  ${short(before)}  →  ${short(after) || '(nothing)'}`;
};

const sandbox = createSandbox(root, files, megabytes);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    sandbox.remove();
    process.exit(1);
  });
try {
  console.log(`${chosen.length} of ${mutants.length} mutants of ${sources.length} files, seed ${seed}`);
  const until = Date.now() + minutes * 60_000;
  const testTimes: number[] = [];
  for (const top of new Set(sources.map((file) => file.split('/')[0] ?? '')))
    testTimes.push(await checkUnchanged(sandbox, top));
  const testTime = Math.max(...testTimes);
  const fates: { readonly mutant: Mutant; readonly fate: Fate }[] = [];
  for (const mutant of chosen) {
    if (Date.now() > until) break;
    const fate = await tryMutant(sandbox, mutant, testTime);
    fates.push({ mutant, fate });
    console.log(`${fates.length}. ${fate}: ${described(mutant)}`);
  }
  const survivors = fates.filter(({ fate }) => fate === 'survived').map(({ mutant }) => mutant);
  const noticed = fates.length - survivors.length;
  const byKind = Object.entries(Object.groupBy(fates, ({ fate }) => fate)).map(([fate, of]) => `${of.length} ${fate}`);
  console.log(`\n${noticed} of ${fates.length} noticed (${byKind.join(', ')})`);
  if (fates.length < chosen.length)
    console.log(`${chosen.length - fates.length} were not tried: ${minutes} minutes were over`);
  for (const mutant of survivors) console.log(`survived: ${described(mutant)}`);
  process.exitCode = noticed >= leastNoticed * fates.length ? 0 : 1;
} finally {
  sandbox.remove();
}
