/**
 * Checks the imports between folders against `rules.cjs`, and the diagram in docs/architecture.md against the code.
 * `npm run arrows` checks; `npm run arrows -- --write` redraws the diagram. The tool installs itself on first use.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '../..');
const document = join(root, 'docs', 'architecture.md');
const [begin, end] = ['<!-- arrows: begin -->', '<!-- arrows: end -->'];

function run(command: string, args: readonly string[], cwd: string): { code: number; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });
  return { code: status ?? 1, output: `${stdout}${stderr}` };
}

const binary = join(here, 'node_modules', '.bin', 'depcruise');
if (!existsSync(binary)) {
  const installed = run('npm', ['ci', '--no-audit', '--no-fund'], here);
  if (installed.code !== 0) throw new Error(`dependency-cruiser could not be installed:\n${installed.output}`);
}
const cruise = (args: readonly string[]) =>
  run(process.execPath, [binary, '--config', join(here, 'rules.cjs'), ...args], root);

const everything = [
  'functions',
  'domain',
  'schemas',
  'cli',
  'resources',
  'packages',
  'test',
  'scripts',
  'bench',
  'examples',
];
const checked = cruise([...everything, 'plugins']);
console.log(checked.output.trim());

/** The product's layers and packages. Each folder is drawn as one node. */
const floors = '^(functions|schemas/records|schemas/events|schemas|domain|cli|resources|packages/[^/]+)';
const { output: picture } = cruise([
  '--output-type',
  'mermaid',
  '--collapse',
  floors,
  '--include-only',
  '^(functions|domain|schemas|cli|resources|packages/[^/]+/src)/',
  ...everything.slice(0, 6),
]);
const block = `${begin}\n\`\`\`mermaid\n${picture.trim()}\n\`\`\`\n${end}`;
const text = readFileSync(document, 'utf8');
const from = text.indexOf(begin);
const to = text.indexOf(end);
if (from < 0 || to < from) throw new Error(`${document} lacks the lines ${begin} and ${end}.`);
const wanted = text.slice(0, from) + block + text.slice(to + end.length);
let stale = false;
if (wanted !== text && process.argv.includes('--write')) writeFileSync(document, wanted);
else stale = wanted !== text;
if (stale) console.error('The picture of the arrows in docs/architecture.md is stale: npm run arrows -- --write');
process.exit(checked.code !== 0 || stale ? 1 : 0);
