import { AwsError } from '#src/cloud/service';
import type { AlarmState } from './alarm-evaluation.ts';

/** The rule of a composite alarm, read. */
export type AlarmExpression =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'state'; readonly state: AlarmState; readonly alarm: string }
  | { readonly kind: 'not'; readonly of: AlarmExpression }
  | { readonly kind: 'and' | 'or'; readonly of: readonly [AlarmExpression, AlarmExpression] };

const refuse = (message: string): AwsError => new AwsError('ValidationError', `AlarmRule must not contain ${message}`);

const TOKEN = /\s*(?:(\(|\))|"([^"]*)"|([^\s()"]+))/y;

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw refuse(`what stands at character ${at + 1}: ${text.slice(at, at + 20)}`);
    const [, bracket, quoted, word] = match;
    found.push({ text: bracket ?? quoted ?? word ?? '', quoted: quoted !== undefined });
  }
  return found;
}

/**
 * Reads `ALARM("a") AND NOT (OK(b) OR TRUE)` (CloudWatch API Reference, PutCompositeAlarm: AlarmRule). AND binds closer
 * than OR.
 * @throws AwsError `ValidationError`
 */
export function parseAlarmRule(text: string): AlarmExpression {
  const rest = tokens(text);
  const next = (expected?: string): Token => {
    const token = rest.shift();
    if (!token || (expected !== undefined && token.text !== expected))
      throw refuse(`${token ? `"${token.text}"` : 'its end'} where ${expected ?? 'an alarm'} belongs`);
    return token;
  };
  const peek = (word: string): boolean => rest[0]?.quoted === false && rest[0].text.toUpperCase() === word;
  const primary = (): AlarmExpression => {
    const { text: word, quoted } = next();
    const upper = quoted ? '' : word.toUpperCase();
    if (upper === 'NOT') return { kind: 'not', of: primary() };
    if (upper === '(') {
      const inner = either();
      next(')');
      return inner;
    }
    if (upper === 'TRUE' || upper === 'FALSE') return { kind: 'constant', value: upper === 'TRUE' };
    if (upper !== 'ALARM' && upper !== 'OK' && upper !== 'INSUFFICIENT_DATA')
      throw refuse(`"${word}" where ALARM, OK, INSUFFICIENT_DATA, NOT, TRUE or FALSE belongs`);
    next('(');
    const alarm = next().text.replace(/^arn:.*:alarm:/, '');
    next(')');
    return { kind: 'state', state: upper, alarm };
  };
  const both = (): AlarmExpression => {
    let left = primary();
    while (peek('AND')) {
      next();
      left = { kind: 'and', of: [left, primary()] };
    }
    return left;
  };
  const either = (): AlarmExpression => {
    let left = both();
    while (peek('OR')) {
      next();
      left = { kind: 'or', of: [left, both()] };
    }
    return left;
  };
  const expression = either();
  const [more] = rest;
  if (more) throw refuse(`"${more.text}" after its end`);
  return expression;
}

/** Whether the rule holds. @param stateOf of an alarm by name; undefined when there is none */
export function ruleHolds(expression: AlarmExpression, stateOf: (alarm: string) => AlarmState | undefined): boolean {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'state':
      return stateOf(expression.alarm) === expression.state;
    case 'not':
      return !ruleHolds(expression.of, stateOf);
    case 'and':
      return expression.of.every((one) => ruleHolds(one, stateOf));
    case 'or':
      return expression.of.some((one) => ruleHolds(one, stateOf));
  }
}

/** The alarms that a rule names. */
export function alarmsOf(expression: AlarmExpression): readonly string[] {
  switch (expression.kind) {
    case 'constant':
      return [];
    case 'state':
      return [expression.alarm];
    case 'not':
      return alarmsOf(expression.of);
    default:
      return expression.of.flatMap(alarmsOf);
  }
}
