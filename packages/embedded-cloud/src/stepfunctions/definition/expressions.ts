import { isObject } from '../asl.ts';
import { compile, expressionText, findReferences } from '../jsonata/expression.ts';
import { addedFunctionNames } from '../jsonata/functions.ts';
import type { Findings } from './diagnostics.ts';
import { jsonataFunctions } from './fields.ts';

/** What an expression may read at its place. */
export interface Readable {
  /** Variables, its own scope's and the outer ones'. */
  readonly variables: ReadonlySet<string>;
  /** The member of `$states` that exists there beside `input` and `context`. */
  readonly states?: 'result' | 'errorOutput' | undefined;
}

function checkExpression(text: string, location: string, readable: Readable, findings: Findings): void {
  try {
    compile(text);
  } catch (error) {
    const message =
      typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
    findings.error(location, message, 'INVALID_JSONATA_EXPRESSION');
    return;
  }
  const { variables, rootContext, statesFields } = findReferences(text);
  for (const used of new Set(rootContext)) {
    const where = used === '$$' ? '' : ' at the top level';
    findings.error(location, `Reference to '${used}'${where} is not supported.`, 'UNSUPPORTED_JSONATA_EXPRESSION');
  }
  for (const field of ['result', 'errorOutput']) {
    if (statesFields.has(field) && readable.states !== field)
      findings.error(location, `Field '$states.${field}' does not exist.`, 'UNSUPPORTED_JSONATA_EXPRESSION');
  }
  for (const name of variables) {
    const exists =
      name === 'states' ||
      jsonataFunctions.has(name) ||
      addedFunctionNames.includes(name) ||
      readable.variables.has(name);
    if (exists) continue;
    const why = name === 'eval' ? '$eval is not available, use $parse' : `The variable $${name} is never assigned`;
    findings.warn(location, `${why}, in '${text}'`, 'UNDEFINED_VARIABLE');
  }
}

/** Checks every expression inside a value of the definition. */
export function checkTemplate(value: unknown, location: string, readable: Readable, findings: Findings): void {
  if (typeof value === 'string') {
    const text = expressionText(value);
    if (text !== undefined) checkExpression(text, location, readable, findings);
    else if (value.startsWith('{%'))
      findings.error(location, `'${value}' starts an expression and does not end it with %}`);
    else if (value.endsWith('%}'))
      findings.error(location, `'${value}' ends an expression and does not start it with {%`);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkTemplate(item, `${location}[${index}]`, readable, findings);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) checkTemplate(member, `${location}/${key}`, readable, findings);
  }
}
