import type { EventEnvelope } from './envelope.ts';
import { readPath } from './json-path.ts';

/** How a target wants to see an event; at most one member is set. */
export interface InputShape {
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
}

/** The rule that an event matched, for the predefined variables. */
export interface RuleName {
  readonly name: string;
  readonly arn: string;
}

/** The transformed event is not JSON: EventBridge gives such an event up at once. */
export class InvalidTargetInputError extends Error {
  override readonly name = 'InvalidTargetInputError';
}

const withoutDetail = ({ detail: _, ...rest }: EventEnvelope): unknown => rest;

function variableReader(
  shape: Required<InputShape>['InputTransformer'],
  event: EventEnvelope,
  rule: RuleName,
  ingested: string,
) {
  return (name: string): unknown => {
    switch (name) {
      case 'aws.events.rule-arn':
        return rule.arn;
      case 'aws.events.rule-name':
        return rule.name;
      case 'aws.events.event.ingestion-time':
        return ingested;
      case 'aws.events.event':
        return withoutDetail(event);
      case 'aws.events.event.json':
        return event;
      default: {
        const paths = shape.InputPathsMap ?? {};
        const path = Object.hasOwn(paths, name) ? paths[name] : undefined;
        return path === undefined ? undefined : readPath(event, path);
      }
    }
  };
}

/** Between quotes a text is inserted escaped, anything else as JSON without its quotes. */
const quoted = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value).replaceAll(/\\"|"/g, '');
const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Neither an object, a list nor a quoted text, and not one variable alone: the template is text. */
const isText = (template: string): boolean => !/^\s*([{["]|<[^>]+>\s*$)/.test(template);

/**
 * Fills a template. A variable outside quotes becomes JSON, one inside quotes becomes text; one whose path leads nowhere
 * "isn't created and won't appear in the output" (EventBridge user guide, input transformation).
 */
function fill(template: string, read: (name: string) => unknown): string {
  const text = isText(template);
  let output = '';
  let inString = false;
  for (let i = 0; i < template.length; i++) {
    const char = template.charAt(i);
    if (char === '\\' && inString) {
      output += char + template.charAt(i + 1);
      i += 1;
      continue;
    }
    const name = char === '<' ? /^<([A-Za-z0-9_.-]+)>/.exec(template.slice(i))?.[1] : undefined;
    if (name === undefined) {
      if (char === '"') inString = !inString;
      output += char;
      continue;
    }
    const value = read(name);
    if (value !== undefined) output += text ? plain(value) : inString ? quoted(value) : JSON.stringify(value);
    i += name.length + 1;
  }
  return output;
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/**
 * The payload a target receives, as JSON text.
 *
 * @param ingestedAt when the bus took the event, milliseconds since the epoch.
 * @throws InvalidTargetInputError when an input transformer's template does not come out as JSON.
 */
export function targetInput(shape: InputShape, event: EventEnvelope, rule: RuleName, ingestedAt: number): string {
  if (shape.Input !== undefined) return shape.Input;
  if (shape.InputPath !== undefined) return JSON.stringify(readPath(event, shape.InputPath) ?? null);
  if (shape.InputTransformer === undefined) return JSON.stringify(event);
  const { InputTemplate: template } = shape.InputTransformer;
  const read = variableReader(shape.InputTransformer, event, rule, new Date(ingestedAt).toISOString());
  const filled = fill(template, read);
  if (isText(template)) return JSON.stringify(filled);
  if (!isJson(filled)) {
    throw new InvalidTargetInputError(
      `the input template of rule ${rule.name} does not come out as JSON: a variable outside quotes has no value in this event`,
    );
  }
  return filled;
}
