import { isObject } from '../asl.ts';
import { compile, expressionText, findReferences } from '../jsonata/expression.ts';
import { addedFunctionNames } from '../jsonata/functions.ts';
import type { Findings } from './diagnostics.ts';
import { jsonataFunctions } from './fields.ts';

/** Names readable where an expression stands. */
export type Names = ReadonlySet<string>;

function checkExpression(text: string, location: string, known: Names, findings: Findings): void {
  try {
    compile(text);
  } catch (error) {
    const message =
      typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
    findings.error(location, `The JSONata expression '${text}' is not valid: ${message}`);
    return;
  }
  const { variables, rootContext } = findReferences(text);
  for (const used of new Set(rootContext)) {
    const advice = used.startsWith('$') ? 'has no meaning at the top of an expression' : 'is a bare field name';
    findings.error(location, `'${used}' ${advice}: state data is reached by $states.input and the like, in '${text}'`);
  }
  for (const name of variables) {
    if (name === 'eval') findings.error(location, `$eval is not available, use $parse, in '${text}'`);
    else if (
      name !== 'states' &&
      !jsonataFunctions.has(name) &&
      !addedFunctionNames.includes(name) &&
      !known.has(name)
    ) {
      findings.warn(location, `The variable $${name} is never assigned, in '${text}'`, 'UNDEFINED_VARIABLE');
    }
  }
}

/** Checks every expression inside a value of the definition. */
export function checkTemplate(value: unknown, location: string, known: Names, findings: Findings): void {
  if (typeof value === 'string') {
    const text = expressionText(value);
    if (text === '') findings.error(location, 'An expression must not be empty');
    else if (text !== undefined) checkExpression(text, location, known, findings);
    else if (value.startsWith('{%'))
      findings.error(location, `'${value}' starts an expression and does not end it with %}`);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkTemplate(item, `${location}[${index}]`, known, findings);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) checkTemplate(member, `${location}/${key}`, known, findings);
  }
}
