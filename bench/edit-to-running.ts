/**
 * How long an edit takes until the embedded cloud runs it: starts a cloud on a copy of the project, edits it in several places and
 * prints the time of each `tidegate up` by the clock and of the CPU, beside packaging everything without a cache. By the clock it is
 * only true on a machine with nothing else to do: the load is printed too.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 5;
const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'tidegate-edit-'));
const folders = ['cli', 'containers', 'domain', 'examples', 'functions', 'packages', 'pipelines', 'plugins'];
const files = ['package.json', 'package-lock.json', 'serverless.yml', 'tsconfig.json'];
for (const name of [...folders, 'resources', 'schemas', 'statemachines', ...files]) {
  cpSync(join(root, name), join(copy, name), { recursive: true, filter: (path) => !path.endsWith('node_modules') });
}
// A node_modules of its own, for its own caches; the packages are those of the project.
mkdirSync(join(copy, 'node_modules'));
spawnSync('sh', ['-c', `ln -s "${root}"/node_modules/* "${root}"/node_modules/.bin "${copy}/node_modules/"`]);
mkdirSync(join(root, '.tidegate', 'python'), { recursive: true });
mkdirSync(join(copy, '.tidegate'));
symlinkSync(join(root, '.tidegate', 'python'), join(copy, '.tidegate', 'python'), 'dir');

const env = { ...process.env, TIDEGATE_HOME: join(copy, 'home') };
interface Took {
  /** Milliseconds by the clock. */
  readonly wall: number;
  /** Milliseconds of CPU time, of all its processes that have ended: what a machine without other work needs at most. */
  readonly cpu: number;
}

function tidegate(...command: string[]): Took {
  const started = performance.now();
  const script = 'node="$1"; shift; "$node" cli/tidegate.mjs "$@" >&2 && times';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', process.execPath, ...command], {
    cwd: copy,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tidegate ${command.join(' ')} failed:\n${stderr}`);
  // the second line of `times` is about the children: user and system time
  const times = [...(stdout.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  const cpu = times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0);
  return { wall: performance.now() - started, cpu };
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const shown = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const edits: readonly (readonly [what: string, edit: (round: number) => void])[] = [
  ['nothing', () => undefined],
  [
    'a pipeline',
    (round) => {
      const file = join(copy, 'pipelines', 'loan-default.yml');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^description:.*/m, `description: round ${round}`));
    },
  ],
  [
    'one function',
    (round) => appendFileSync(join(copy, 'functions/use-cases/finish-run.ts'), `\nglobalThis.x = ${round};\n`),
  ],
  ['the rules of data', (round) => appendFileSync(join(copy, 'domain/data/clean.ts'), `\nglobalThis.x = ${round};\n`)],
];

try {
  const first = tidegate('up');
  console.log(
    `first start, everything packaged: ${shown(first.wall)}, CPU ${shown(first.cpu)} (load ${loadavg()[0]?.toFixed(1)})`,
  );
  for (const [what, edit] of edits) {
    const times = Array.from({ length: ROUNDS }, (_, round) => {
      edit(round);
      return tidegate('up');
    });
    console.log(
      `edited ${what}: ${shown(median(times.map(({ wall }) => wall)))}, CPU ${shown(median(times.map(({ cpu }) => cpu)))} (load ${loadavg()[0]?.toFixed(1)})`,
    );
  }
} finally {
  tidegate('down');
  rmSync(copy, { recursive: true, force: true });
}
