import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The values of `!GetAtt X.Arn`, `!Ref X` and `!Sub …`, given the text after the tag. */
export type ResolveTag = (text: string) => string;

/** The parts of a state that determine the flow. */
export interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly TimeoutSeconds?: number;
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: States;
}
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxAttempts: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
}
export interface States {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}
export interface Machine extends States {
  readonly Comment: string;
  readonly TimeoutSeconds: number;
}

const included = /^\$\{file\((.+)\):(\w+)\}$/;

/** The default of a stage parameter in serverless.yml. `resources/numbers.cjs` has the numeric ones. */
function parameter(name: string): unknown {
  const { params } = parse(read('serverless.yml'), { logLevel: 'silent' }) as {
    readonly params: { readonly default: Readonly<Record<string, unknown>> };
  };
  return params.default[name];
}

/** Resolves variables as Serverless does: `${file(<YAML>):<key>}` is a policy, `${file(resources/numbers.cjs):<name>}` a parameter. */
function resolveFiles(value: unknown): unknown {
  if (typeof value === 'string') {
    const [, path, key = ''] = included.exec(value) ?? [];
    if (path === undefined) return value;
    if (path.endsWith('.cjs')) return parameter(key);
    const found = (parse(read(path)) as Readonly<Record<string, unknown>>)[key];
    if (found === undefined) throw new Error(`${path} has no ${key}`);
    return resolveFiles(found);
  }
  if (Array.isArray(value)) return value.map(resolveFiles);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolveFiles(each)]));
}

/** Reads `statemachines/<name>.asl.yml` as Serverless packages it with default parameters, except for stack references. */
export function readMachine(name: string, resolveTag: ResolveTag = (text) => text): Machine {
  const customTags = ['GetAtt', 'Ref', 'Sub'].map((tag) => ({ tag: `!${tag}`, resolve: resolveTag }));
  return resolveFiles(parse(read(`statemachines/${name}.asl.yml`), { customTags })) as Machine;
}

/** The names of all machines, from their file names. */
export const machineFiles = (): string[] =>
  readdirSync(fileURLToPath(new URL('statemachines/', root)))
    .filter((file) => file.endsWith('.asl.yml'))
    .map((file) => file.replace('.asl.yml', ''))
    .toSorted();

/** Every state of a machine, nested ones included, by name. */
export const statesOf = ({ States }: States): [string, State][] =>
  Object.entries(States).flatMap(([name, state]): [string, State][] => [
    [name, state],
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor) : []),
  ]);
