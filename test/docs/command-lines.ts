import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** A command of a shell block in the documents. */
export interface CommandLine {
  readonly document: string;
  readonly line: number;
  readonly command: string;
}

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'AGENTS.md',
  'docs/*.md',
  'bench/*.md',
  'packages/*/README.md',
  'containers/**/*.md',
];

/** The commands of a document's `sh` blocks, without comments; a loop and a line that ends in `\\` are one command. */
export function commandsOf(document: string, text = readFileSync(join(root, document), 'utf8')): CommandLine[] {
  const found: CommandLine[] = [];
  let language: string | undefined;
  let open: { line: number; text: string } | undefined;
  for (const [i, raw] of text.split('\n').entries()) {
    const fence = /^\s*```(\w*)/.exec(raw);
    if (fence) {
      language = language === undefined ? fence[1] : undefined;
      continue;
    }
    if (language !== 'sh') continue;
    const code = raw.replace(/(^|\s{2,})#\s.*$/, '').trimEnd();
    if (code.trim() === '' && !open) continue;
    open = { line: open?.line ?? i + 1, text: open ? `${open.text}\n${code}` : code };
    const loops = (open.text.match(/\bdo$/gm) ?? []).length - (open.text.match(/^done\b/gm) ?? []).length;
    if (code.endsWith('\\') || loops > 0) continue;
    found.push({ document, line: open.line, command: open.text });
    open = undefined;
  }
  return found;
}

export const commandLines = (): CommandLine[] =>
  globSync(documents, { cwd: root, exclude: ['**/node_modules'] })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .flatMap((document) => commandsOf(document));

/** Commands that no test runs, and why. */
export const NOT_RUN: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/--stage (dev|prod|stg)\b|^aws |^for name in \$\(aws /, 'needs an AWS account'],
  [/^for (zone|table|secret|key) in /, 'deletes what a stage on AWS left'],
  [/--drop 2026-|drop loan-default loans\.csv/, 'needs data that the reader has'],
  [/^npx serverless package/, 'test/stack packages the service'],
  [
    /^npm (ci|test)\b|^git |^npm run (demo|test:\w+|typecheck|lint|format|arrows)|^\.ci\/run/,
    'is a step of .ci/run, or all of it',
  ],
  [
    /^npx tidegate (approve|reject|rollback) /,
    'decides on versions that the reader has; their options are checked like all others',
  ],
  [/constraints suggest .*--write/, 'edits a pipeline of the project; test/cli/constraints-file.test.ts edits copies'],
  [/flight-delay/, 'trains for minutes; test/e2e/published-results.data.ts drops these flights'],
  [/ --pdf /, 'needs a Chromium; test/cli/print-pdf.test.ts prints where there is one'],
  [/\bchurn\b/, 'drops the pipeline that the guide has its reader write'],
  [/…/, 'has a part that the reader fills in'],
  [
    /^npm run bench:reliability/,
    'takes a quarter of an hour; test/e2e/roll-outs.data.ts checks the answers during such roll-outs',
  ],
  [/^npx embedded-cloud /, 'packages/embedded-cloud/test/bin runs it'],
];
