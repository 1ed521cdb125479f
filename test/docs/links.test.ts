import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const exists = (path: string) => existsSync(join(root, path));
const find = (pattern: string) =>
  globSync(pattern, { cwd: root, exclude: ['**/node_modules', '.tidegate', '.serverless', 'coverage'] })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();

const documents = find('**/*.md');
const sources = new Set(find('*').filter((name) => !name.includes('.')));

/** Where a document's short paths begin, beside the repository and the document's own folder. */
const SHORT_PATHS: Readonly<Record<string, readonly string[]>> = {
  'docs/architecture.md': ['functions', 'schemas'],
  'docs/dependencies.md': ['packages/embedded-cloud/src'],
};

/** Files that a guide has its reader write. */
const TO_BE_WRITTEN: Readonly<Record<string, readonly string[]>> = {
  'docs/add-a-handler.md': ['functions/use-cases/write-model-card.ts', 'functions/write-model-card.ts'],
  'docs/extend.md': [
    'domain/metrics/mcc.ts',
    'domain/gates/min-rows.ts',
    'test/domain/gates/min-rows.test.ts',
    'domain/thresholds/flag-share.ts',
    'test/domain/thresholds/flag-share.test.ts',
    'domain/notices/approval-waiting.ts',
    'domain/privacy/email-domain.ts',
    'test/domain/privacy/email-domain.test.ts',
    'domain/encodings/log.ts',
    'test/domain/encodings/log.test.ts',
    'domain/drift/missing-ratio.ts',
    'test/domain/drift/missing-ratio.test.ts',
    'domain/drift/joint/gappy-rows.ts',
    'test/domain/drift/joint/gappy-rows.test.ts',
    'domain/drift/labels/base-rate.ts',
    'domain/drift/actions/retrain-if-critical.ts',
    'domain/endpoint-tests/refusal.ts',
    'test/domain/endpoint-tests/refusal.test.ts',
    'domain/alarms/client-errors.ts',
    'domain/algorithms/linear-learner/',
    'test/domain/algorithms/linear-learner.test.ts',
    'domain/constraints/class-rows.ts',
    'test/domain/constraints/class-rows.test.ts',
    'domain/detectors/mac-address.ts',
    'domain/leakage/there-for-one.ts',
    'domain/splits/hashed.ts',
    'test/domain/splits/hashed.test.ts',
  ],
};

/** Folders that a drop or a running cloud has, and the repository does not. */
const MADE_LATER = ['_temporary/', '_tidegate/', '.ipynb_checkpoints/', 'audit/', 'logs/'];

const manifestSchema = z.object({
  scripts: z.record(z.string(), z.string()).default({}),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});
const manifest = (path: string) => manifestSchema.parse(JSON.parse(read(path)));

const withoutFences = (text: string) => text.replace(/^\s*```.*?^\s*```$/gms, '');
const codeSpans = (text: string) => [...withoutFences(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
const firstGroups = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, group = '']) => group);

/** The anchors of a document, as GitHub makes them from its headings. */
function anchors(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const heading of firstGroups(withoutFences(text), /^#{1,6} +(.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let name = anchor;
    for (let count = 1; found.has(name); count++) name = `${anchor}-${count}`;
    found.add(name);
  }
  return found;
}

function brokenLinks(document: string): string[] {
  const links = firstGroups(withoutFences(read(document)), /\]\(([^)\s]+)\)/g);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : posix.join(dirname(document), path);
    if (!exists(target)) return true;
    return anchor !== undefined && !anchors(read(target)).has(anchor);
  });
}

/** Whether a code span is a path of the repository: a file in a folder, a folder with its slash, or below a folder of the root. */
function isPath(code: string): boolean {
  if (!/^\.?[\w-][\w.-]*(\/[\w.-]+)*\/?$/.test(code) || !code.includes('/')) return false;
  return (
    code.endsWith('/') ||
    /\.(ts|cjs|mjs|py|sh|ya?ml|json|txt|md)$/.test(code) ||
    sources.has(code.split('/', 1)[0] ?? '')
  );
}

function missingPaths(document: string): string[] {
  const bases = ['.', dirname(document), ...(SHORT_PATHS[document] ?? [])];
  const text = read(document);
  const run = firstGroups(text, /\b(?:node|bash|vitest run(?: --project [\w-]+)?) ((?:[\w.-]+\/)+[\w.-]+)/g);
  return [...codeSpans(text).filter(isPath), ...run].filter(
    (path) =>
      !path.startsWith('.tidegate/') &&
      !path.startsWith('.serverless/') &&
      !MADE_LATER.includes(path) &&
      !TO_BE_WRITTEN[document]?.includes(path) &&
      !bases.some((base) => exists(posix.join(base, path))),
  );
}

function unknownScripts(document: string): string[] {
  const own = posix.join(dirname(document), 'package.json');
  const { scripts } = manifest(document.startsWith('packages/') && exists(own) ? own : 'package.json');
  return firstGroups(read(document), /\bnpm run (?:--silent )?([a-z][\w:-]*)/g).filter(
    (script) => !(script in scripts),
  );
}

describe.each(documents)('%s', (document) => {
  it('links to files and headings that exist', () => expect(brokenLinks(document)).toEqual([]));
  it('names paths that exist', () => expect(missingPaths(document)).toEqual([]));
  it('names npm scripts that exist', () => expect(unknownScripts(document)).toEqual([]));
});

describe('the documents', () => {
  it('are found', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md', 'bench/README.md']));
    expect(documents.filter((path) => path.startsWith('packages/')).length).toBeGreaterThan(1);
  });

  it('let a reader write only files that do not exist yet', () => {
    for (const [document, paths] of Object.entries(TO_BE_WRITTEN)) {
      expect(paths.filter((path) => exists(path) || !read(document).includes(path))).toEqual([]);
    }
  });
});

describe('docs/dependencies.md', () => {
  const text = read('docs/dependencies.md');
  const packageOf = (code: string) => code.replace(/(?<=.)@[\d^].*$/, '');
  const dependencies = ['package.json', 'scripts/arrows/package.json', ...find('packages/*/package.json')]
    .map(manifest)
    .flatMap((found) => Object.keys({ ...found.dependencies, ...found.devDependencies }));
  const matches = (code: string, name: string) =>
    code.endsWith('*') ? name.startsWith(code.slice(0, -1)) : packageOf(code) === name;

  it('names every dependency', () => {
    const named = codeSpans(text);
    expect([...new Set(dependencies)].filter((name) => !named.some((code) => matches(code, name)))).toEqual([]);
  });

  it('lists as a package only what is a dependency or comes with Node', () => {
    const tables = text.match(/^\| package \|.*\n(?:\|.*\n)+/gm) ?? [];
    const listed = tables.flatMap((table) => firstGroups(table, /^\|([^|]*)\|/gm)).flatMap(codeSpans);
    expect(listed.length).toBeGreaterThan(20);
    const strange = listed.filter(
      (code) => !/^(node|npm):/.test(code) && !dependencies.some((name) => matches(code, name)),
    );
    expect(strange).toEqual([]);
  });
});
