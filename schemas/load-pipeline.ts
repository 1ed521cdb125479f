import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { PipelineConfigError } from '#domain/errors';
import { explainIssues } from './config-problems.ts';
import { type Pipeline, pipelineSchema } from './pipeline.ts';

interface Located {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

const fail = (file: string, problems: readonly Located[]): never => {
  const lines = problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map((p) => `  ${file}:${p.line}:${p.column} ${p.text}`);
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  throw new PipelineConfigError(`${file} has ${count}:\n${lines.join('\n')}`);
};

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );

/** Where the key (or, failing that, the nearest thing above it that exists) stands in the source. */
function offsetOf(document: Document, path: readonly PropertyKey[], atKey: boolean): number {
  const parent = path.length > 0 ? document.getIn(path.slice(0, -1), true) : undefined;
  const last = path.at(-1);
  const pair = isMap(parent)
    ? parent.items.find((p) => (isScalar(p.key) ? String(p.key.value) : String(p.key)) === String(last))
    : undefined;
  const node = document.getIn(path, true);
  const target = atKey ? pair?.key : isNode(node) && node.range ? node : pair?.key;
  if (isNode(target) && target.range) return target.range[0];
  if (path.length > 0) return offsetOf(document, path.slice(0, -1), true);
  return isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
}

/**
 * Reads a pipeline's definition.
 *
 * @param file its name, for messages
 * @throws PipelineConfigError naming file, line and column, path, what was found and what is allowed, for every problem at once
 */
export function parsePipeline(text: string, file: string): Pipeline {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, merge: true });
  const at = (offset: number, message: string): Located => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), text: message };
  };
  if (document.errors.length > 0) {
    return fail(
      file,
      document.errors.map((e) => at(e.pos[0], `not valid YAML: ${e.message}`)),
    );
  }
  const value: unknown = document.toJS();
  if (value === null || value === undefined)
    return fail(file, [{ line: 1, column: 1, text: 'the file is empty; it must define a pipeline' }]);
  const parsed = pipelineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = explainIssues(parsed.error, pipelineSchema, value);
  return fail(
    file,
    problems.map(({ path, message, atKey }) =>
      at(offsetOf(document, path, atKey), path.length === 0 ? message : `${pathText(path)}: ${message}`),
    ),
  );
}
