import jsonata from 'jsonata';

/** Says whether a string of the definition is a JSONata expression, and gives its text without the brackets. */
export function expressionText(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('{%') || !value.endsWith('%}') || value.length < 4)
    return undefined;
  return value.slice(2, -2).trim();
}

/**
 * Where AWS gives an expression up. It publishes no limits; these are where it was seen to: it evaluates 100 levels of
 * nesting and [1..873782], and neither one more. Its time limit is not known.
 */
const guardrails: jsonata.JsonataOptions = { timeout: 10_000, stack: 100, sequence: 873_782 };
const CACHE_SIZE = 2000;
const compiled = new Map<string, jsonata.Expression>();

/**
 * Compiles an expression, once for every text.
 * @throws the parser's error (`code`, `message`, `position`)
 */
export function compile(text: string): jsonata.Expression {
  const known = compiled.get(text);
  if (known) return known;
  const expression = jsonata(text, guardrails);
  if (compiled.size >= CACHE_SIZE) compiled.clear();
  compiled.set(text, expression);
  return expression;
}

/** What an expression reads from outside itself. */
export interface References {
  /** Names of variables it reads and does not bind, without `$`; functions included. */
  readonly variables: ReadonlySet<string>;
  /** Uses of the outermost context: `$`, `$$`, or a field name with nothing before it. Step Functions has none. */
  readonly rootContext: readonly string[];
  /** Members of `$states` it reads: `input`, `result` … */
  readonly statesFields: ReadonlySet<string>;
}

interface AstNode {
  readonly type?: string;
  readonly value?: unknown;
  readonly [member: string]: unknown;
}
const isNode = (value: unknown): value is AstNode => typeof value === 'object' && value !== null && 'type' in value;

/** Finds what an expression reads, by walking its syntax tree. */
export function findReferences(text: string): References {
  const variables = new Set<string>();
  const rootContext: string[] = [];
  const statesFields = new Set<string>();

  /** @param inContext whether some step before has set a context that `$` and bare names mean. */
  const visit = (node: unknown, bound: ReadonlySet<string>, inContext: boolean): ReadonlySet<string> => {
    if (Array.isArray(node)) {
      let scope = bound;
      for (const child of node) scope = visit(child, scope, inContext);
      return scope;
    }
    if (!isNode(node)) return bound;
    switch (node.type) {
      case 'variable': {
        const name = String(node.value);
        if (name === '$' || (name === '' && !inContext)) rootContext.push(`$${name}`);
        else if (name !== '' && !bound.has(name)) variables.add(name);
        break;
      }
      case 'name':
        if (!inContext) rootContext.push(String(node.value));
        break;
      case 'path': {
        const steps = Array.isArray(node['steps']) ? node['steps'] : [];
        for (const [index, step] of steps.entries()) visit(step, bound, inContext || index > 0);
        const [first, second] = steps;
        if (isNode(first) && first.type === 'variable' && first.value === 'states' && isNode(second)) {
          statesFields.add(String(second.value));
        }
        visitGroup(node['group'], bound);
        return bound;
      }
      case 'bind': {
        const target = isNode(node['lhs']) ? String(node['lhs'].value) : '';
        const recursive = isNode(node['rhs']) && node['rhs'].type === 'lambda';
        visit(node['rhs'], recursive ? new Set([...bound, target]) : bound, inContext);
        return new Set([...bound, target]);
      }
      case 'block': {
        visit(node['expressions'], bound, inContext);
        break;
      }
      case 'lambda': {
        const parameters = Array.isArray(node['arguments']) ? node['arguments'] : [];
        const names = parameters.filter(isNode).map((p) => String(p.value));
        visit(node['body'], new Set([...bound, ...names]), inContext);
        return bound;
      }
      case 'transform': {
        visit(node['pattern'], bound, true);
        visit(node['update'], bound, true);
        visit(node['delete'], bound, true);
        return bound;
      }
      default: {
        let scope = bound;
        for (const member of [
          'procedure',
          'expression',
          'lhs',
          'rhs',
          'arguments',
          'condition',
          'then',
          'else',
          'expressions',
        ]) {
          scope = visit(node[member], scope, inContext);
        }
        if (node.type === 'bind') return scope;
      }
    }
    visitInner(node, bound);
    return bound;
  };

  /** Predicates, stages and sort terms see each item of the expression before them. */
  const visitInner = (node: AstNode, bound: ReadonlySet<string>) => {
    for (const member of ['predicate', 'stages', 'terms']) {
      const inner = node[member];
      if (!Array.isArray(inner)) continue;
      for (const part of inner) {
        if (!isNode(part) && typeof part !== 'object') continue;
        const { expr, expression } = part as { expr?: unknown; expression?: unknown };
        visit(expr ?? expression ?? part, bound, true);
      }
    }
    visitGroup(node['group'], bound);
  };
  const visitGroup = (group: unknown, bound: ReadonlySet<string>) => {
    if (typeof group === 'object' && group !== null) visit((group as { lhs?: unknown }).lhs, bound, true);
  };

  visit(compile(text).ast(), new Set(), false);
  return { variables, rootContext, statesFields };
}
