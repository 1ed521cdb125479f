import { parseAst } from 'vitest/node';

/** One small change of a source file that its tests should notice. */
export interface Mutant {
  readonly file: string;
  /** Where the changed text starts and ends, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Line of the change, from 1. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** The part of an ESTree node that this file reads. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

const comparisons: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>'],
  '<=': ['<', '>'],
  '>': ['>=', '<'],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
};
const arithmetic: Readonly<Record<string, readonly string[]>> = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '<<': ['>>'],
};
const logic: Readonly<Record<string, readonly string[]>> = { '&&': ['||'], '||': ['&&'], '??': ['&&'] };
const assignments: Readonly<Record<string, readonly string[]>> = {
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['/='],
  '/=': ['*='],
};
const methods: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  find: 'findLast',
  findIndex: 'findLastIndex',
  indexOf: 'lastIndexOf',
  toLowerCase: 'toUpperCase',
};
/** Calls whose result has the type of the object they are called on: the call can be left out. */
const droppable = new Set(['filter', 'slice', 'trim', 'toSorted', 'toReversed', 'abs']);

/** Texts that are SQL hold logic; the wording of other texts is none. */
const isSql = (text: string): boolean => /\b(SELECT|CASE|WHEN|AND|OR|FROM|CAST|coalesce|COALESCE)\b/.test(text);
const sqlChanges: readonly (readonly [RegExp, string])[] = [
  [/ AND /g, ' OR '],
  [/ OR /g, ' AND '],
  [/ < /g, ' <= '],
  [/ > /g, ' >= '],
  [/ <= /g, ' < '],
  [/ >= /g, ' > '],
  [/ = /g, ' <> '],
  [/ <> /g, ' = '],
  [/ \+ /g, ' - '],
  [/\bNOT /g, ''],
];

/**
 * Every mutant of a TypeScript file: comparisons, logic, arithmetic, numbers, flags, turned or dropped conditions, removed
 * statements, related methods, and the operators of SQL. Types, imports and wording stay.
 */
export function findMutants(file: string, source: string): Mutant[] {
  const mutants: Mutant[] = [];
  const lineAt = (offset: number): number => source.slice(0, offset).split('\n').length;
  const add = (start: number, end: number, after: string): void => {
    mutants.push({ file, start, end, line: lineAt(start), before: source.slice(start, end), after });
  };
  const replace = (node: Node, after: string): void => add(node.start, node.end, after);

  const operator = (node: Node, table: Readonly<Record<string, readonly string[]>>): void => {
    const { left, right, operator: sign } = node as unknown as { left: Node; right: Node; operator: string };
    const start = source.indexOf(sign, left.end);
    if (start < 0 || start >= right.start) return;
    for (const other of Object.hasOwn(table, sign) ? (table[sign] ?? []) : []) add(start, start + sign.length, other);
  };

  const changes: Readonly<Record<string, (node: Node) => void>> = {
    BinaryExpression(node) {
      const isText = [node['left'], node['right']].some(
        (side) => isNode(side) && (side.type === 'TemplateLiteral' || typeof side['value'] === 'string'),
      );
      operator(node, isText && node['operator'] === '+' ? {} : { ...comparisons, ...arithmetic });
    },
    LogicalExpression: (node) => operator(node, logic),
    AssignmentExpression: (node) => operator(node, assignments),
    Literal(node) {
      const { value } = node;
      if (typeof value === 'boolean') replace(node, String(!value));
      if (typeof value === 'number') replace(node, value === 1 ? '2' : value === 0 ? '1' : `(${value} + 1)`);
      if (typeof value === 'string') sql(node);
    },
    TemplateElement: (node) => sql(node),
    UnaryExpression(node) {
      const argument = node['argument'] as Node;
      if (node['operator'] === '!' || node['operator'] === '-')
        replace(node, source.slice(argument.start, argument.end));
    },
    UpdateExpression(node) {
      const text = source.slice(node.start, node.end);
      replace(node, text.includes('++') ? text.replace('++', '--') : text.replace('--', '++'));
    },
    ConditionalExpression(node) {
      const test = node['test'] as Node;
      replace(test, `!(${source.slice(test.start, test.end)})`);
    },
    IfStatement(node) {
      const test = node['test'] as Node;
      replace(test, `!(${source.slice(test.start, test.end)})`);
      if (node['alternate'] === null) replace(node, ';');
    },
    ExpressionStatement: (node) => replace(node, ';'),
    ThrowStatement: (node) => replace(node, ';'),
    ContinueStatement: (node) => replace(node, ';'),
    CallExpression(node) {
      const callee = node['callee'] as Node;
      const { object, property } = callee as unknown as { object: Node; property: Node };
      if (callee.type !== 'MemberExpression' || property.type !== 'Identifier') return;
      const name = source.slice(property.start, property.end);
      if (Object.hasOwn(methods, name)) replace(property, methods[name] ?? '');
      if (!droppable.has(name)) return;
      const kept = name === 'abs' ? (node['arguments'] as Node[])[0] : object;
      if (kept !== undefined) replace(node, source.slice(kept.start, kept.end));
    },
  };
  function sql(node: Node): void {
    const text = source.slice(node.start, node.end);
    if (!isSql(text)) return;
    for (const [pattern, after] of sqlChanges)
      for (const match of text.matchAll(pattern)) {
        const start = node.start + match.index;
        add(start, start + match[0].length, after);
      }
  }

  const visit = (node: Node): void => {
    if (node.type === 'ImportDeclaration' || isType(node)) return;
    changes[node.type]?.(node);
    for (const child of Object.values(node).flat()) if (isNode(child)) visit(child);
  };
  visit(parseAst(source, { lang: 'ts' }) as unknown as Node);
  return mutants;
}

/** Whether a node is erased with the types; assertions are not, for they hold an expression. */
const isType = ({ type }: Node): boolean =>
  type.startsWith('TS') && !['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'].includes(type);

/** The source with the mutant's change in it. */
export const mutate = (source: string, { start, end, after }: Mutant): string =>
  source.slice(0, start) + after + source.slice(end);
