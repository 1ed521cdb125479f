import { isScalar, isSeq, type Node, parseDocument, type YAMLSeq } from 'yaml';
import type { SuggestedConstraint } from '#domain/constraints/suggest';
import { flow } from './flow-yaml.ts';
import { CliError } from './output.ts';

/** What a constraint is about: two that agree in it bound the same thing. */
const subjectOf = (constraint: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([constraint['check'], constraint['column'], constraint['class'], constraint['vsLast'] !== undefined]);

/** Suggestions about what no constraint of a pipeline is about yet. */
export function newSuggestions(
  suggested: readonly SuggestedConstraint[],
  present: readonly Readonly<Record<string, unknown>>[],
): SuggestedConstraint[] {
  const known = new Set(present.map(subjectOf));
  return suggested.filter(({ constraint }) => !known.has(subjectOf(constraint)));
}

/** Each suggestion in a line, with where its bounds come from. */
const linesOf = (suggested: readonly SuggestedConstraint[], indent: string): string =>
  suggested.map(({ constraint, because }) => `${indent}- ${flow(constraint)} # ${because}\n`).join('');

/** The section as text, ready to be pasted. */
export const constraintsSection = (suggested: readonly SuggestedConstraint[]): string =>
  `constraints:\n${linesOf(suggested, '  ')}`;

const rangeOf = (node: unknown): readonly [number, number] => {
  const range = (node as Node | undefined)?.range;
  return range ? [range[0], range[1]] : [0, 0];
};

/** The offset of the start of the line that comes after a position. */
function nextLine(text: string, position: number): number {
  const end = text.indexOf('\n', position);
  return end < 0 ? text.length : end + 1;
}

function intoBlock(text: string, list: YAMLSeq, suggested: readonly SuggestedConstraint[]): string {
  const [start] = rangeOf(list);
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1));
  const [, end] = rangeOf(list.items.at(-1));
  // a block mapping ends behind its line break already
  const at = text[end - 1] === '\n' ? end : nextLine(text, end);
  const head = text.slice(0, at);
  return `${head}${head.endsWith('\n') ? '' : '\n'}${linesOf(suggested, indent)}${text.slice(at)}`;
}

function intoFlow(text: string, list: YAMLSeq, suggested: readonly SuggestedConstraint[]): string {
  const [start, end] = rangeOf(list);
  if (text.slice(start, end).includes('#')) {
    throw new CliError('The constraints stand in brackets with comments among them: write one a line, then try again.');
  }
  const present = list.items.map((item) => `  - ${text.slice(...rangeOf(item))}\n`).join('');
  const rest = text.slice(end).replace(/^[ \t]*\n?/, '');
  return `${text.slice(0, start).trimEnd()}\n${present}${linesOf(suggested, '  ')}${rest}`;
}

/**
 * Adds constraints to the text of a pipeline's file. Everything else in the file stays as it is, comments included.
 *
 * @throws CliError when its constraints cannot be edited without a loss
 */
export function addConstraints(text: string, suggested: readonly SuggestedConstraint[]): string {
  if (suggested.length === 0) return text;
  const list = parseDocument(text).get('constraints', true) as Node | undefined;
  if (isSeq(list)) return list.flow ? intoFlow(text, list, suggested) : intoBlock(text, list, suggested);
  if (list === undefined) return `${text.trimEnd()}\n\n${constraintsSection(suggested)}`;
  if (isScalar(list) && list.value === null) {
    const [start] = rangeOf(list);
    const at = nextLine(text, start);
    return `${text.slice(0, at)}${linesOf(suggested, '  ')}${text.slice(at)}`;
  }
  throw new CliError('The constraints are not a list: correct the file, then try again.');
}
