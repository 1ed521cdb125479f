import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { unzipSync } from 'fflate';

/**
 * Prints what a cold start loads, for each function of a package: bytes of the bundle, bytes of the zip, and the time Node
 * needs to load the module in a fresh process, by the clock and of the CPU. The time of a process that loads an empty file is subtracted.
 *
 * `npm run bench:cold` measures `.serverless`; `-- --before <folder>` measures another package in the same rounds.
 */

const rounds = 9;

interface Packaged {
  readonly name: string;
  readonly bundleBytes: number;
  readonly zipBytes: number;
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { Properties?: { Environment?: { Variables?: Record<string, unknown> } } }>
  >;
}

/** What a value that is set at deployment may be: an address or an ARN. */
const deployedValue = (key: string): string =>
  key.endsWith('_URL') ? 'https://bench.example' : 'arn:aws:iam::123456789012:role/bench';

/** A function's environment variables, with those that Lambda sets. */
function environmentOf(template: Template, name: string, folder: string): Record<string, string> {
  const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`;
  const variables = template.Resources[id]?.Properties?.Environment?.Variables ?? {};
  const filled = Object.entries(variables).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : deployedValue(key),
  ]);
  return {
    AWS_REGION: 'eu-central-1',
    ...Object.fromEntries(filled),
    LAMBDA_TASK_ROOT: folder,
    PATH: process.env['PATH'] ?? '',
  };
}

/** Unpacks every function of a package folder. */
function unpack(source: string, target: string): Packaged[] {
  const template = JSON.parse(
    readFileSync(join(source, 'cloudformation-template-update-stack.json'), 'utf8'),
  ) as Template;
  return readdirSync(source)
    .filter((file) => file.endsWith('.zip'))
    .toSorted()
    .map((zip) => {
      const name = basename(zip, '.zip');
      const folder = join(target, name);
      let file = '';
      for (const [path, content] of Object.entries(unzipSync(readFileSync(join(source, zip))))) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
        if (/^functions\/[^/]+\.cjs$/.test(path)) file = join(folder, path);
      }
      return {
        name,
        bundleBytes: statSync(file).size,
        zipBytes: statSync(join(source, zip)).size,
        file,
        environment: environmentOf(template, name, folder),
      };
    });
}

/** Milliseconds: as a clock shows them, and of CPU time, which a busy machine changes little. */
interface Times {
  readonly wall: number;
  readonly cpu: number;
}

/** What a process of its own takes that does nothing but load a file. */
function timeProcess(file: string, environment: Readonly<Record<string, string>>): Times {
  const program = 'require(process.argv[1]); const { user, system } = process.cpuUsage(); console.log(user + system)';
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program, file], {
    env: environment,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${file} does not load:\n${stderr}`);
  return { wall: performance.now() - start, cpu: Number(stdout) / 1000 };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const medians = (times: readonly Times[]): Times => ({
  wall: median(times.map(({ wall }) => wall)),
  cpu: median(times.map(({ cpu }) => cpu)),
});

/** Median load times by file. All files take turns, so that a busy moment does not fall on one of them alone. */
function timeLoads(functions: readonly Packaged[], emptyFile: string): Map<string, Times> {
  const times = new Map<string, Times[]>(functions.map(({ file }) => [file, []]));
  const empty: Times[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const { file, environment } of functions) {
      const nothing = timeProcess(emptyFile, environment);
      const loaded = timeProcess(file, environment);
      // the first round warms the disk cache
      if (round === 0) continue;
      empty.push(nothing);
      times.get(file)?.push(loaded);
    }
  }
  const start = medians(empty);
  return new Map(
    [...times].map(([file, values]) => {
      const { wall, cpu } = medians(values);
      return [file, { wall: wall - start.wall, cpu: cpu - start.cpu }];
    }),
  );
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000).toLocaleString('en')} kB`;
const milliseconds = (time: number | undefined): string => `${Math.round(time ?? Number.NaN)} ms`;

const { values } = parseArgs({
  options: { package: { type: 'string', default: '.serverless' }, before: { type: 'string' } },
});
const work = mkdtempSync(join(tmpdir(), 'tidegate-cold-'));
try {
  const now = unpack(resolve(values.package), join(work, 'now'));
  const before = values.before === undefined ? [] : unpack(resolve(values.before), join(work, 'before'));
  const emptyFile = join(work, 'empty.cjs');
  writeFileSync(emptyFile, '');
  const times = timeLoads([...now, ...before], emptyFile);
  const cells = (f: Packaged | undefined): string[] =>
    f
      ? [
          kilobytes(f.bundleBytes),
          kilobytes(f.zipBytes),
          milliseconds(times.get(f.file)?.wall),
          milliseconds(times.get(f.file)?.cpu),
        ]
      : ['', '', '', ''];
  const rows = now.map((f) => {
    const former = before.find(({ name }) => name === f.name);
    const pairs = cells(f).map((cell, i) => (values.before === undefined ? cell : `${cells(former)[i]} → ${cell}`));
    return `| ${[f.name, ...pairs].join(' | ')} |`;
  });
  console.log(`Node ${process.version}, median of ${rounds} loads each\n`);
  console.log(`| function | bundle | zip | load | CPU |\n|---|---|---|---|---|\n${rows.join('\n')}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
