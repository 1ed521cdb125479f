import { type LocatedProblem, pathText, problemsText, readYaml } from 'located-yaml';
import { explainIssues } from 'located-yaml/config-problems';
import { nearestName } from 'located-yaml/nearest-name';
import * as z from 'zod';
import type { PageApi } from './page-api.ts';
import { operationsOf, SERVICE_NAMES } from './services.ts';
import { whenText } from './trigger.ts';

/** A fault file that is not valid; the message names file, line, path and what is allowed. */
export class FaultFileError extends Error {
  override readonly name = 'FaultFileError';
}

const count = z.int().min(1);
const seconds = z.number().gt(0).max(900);
const pattern = z.string().min(1);
/** One pattern or several: `*` is any run of characters, `?` exactly one. */
const patterns = z.union([pattern, z.array(pattern).min(1)]).transform((given) => [given].flat());

const common = {
  name: z.string().min(1).max(60).optional(),
  nth: z
    .union([count, z.array(count).min(1)])
    .transform((given) => [given].flat())
    .optional(),
  every: count.optional(),
  rate: z.number().min(0).max(1).optional(),
  from: count.optional(),
  until: count.optional(),
  times: count.optional(),
};

const callOf = (services: readonly string[]) => ({
  ...common,
  service: z.enum(services),
  operation: patterns.default(['*']),
  role: patterns.optional(),
  resource: patterns.optional(),
  caller: z.enum(['roles', 'administrator', 'anyone']).default('roles'),
  per: z.enum(['operation', 'role']).optional(),
});
const invocation = { ...common, function: patterns.default(['*']), per: z.enum(['function']).optional() };
const handler = z.enum(['not-run', 'done']).default('not-run');
const jobs = ['training', 'transform', 'processing', 'tuning'] as const;
const named = { ...common, named: patterns.default(['*']) };
const job = { ...named, per: z.enum(['job']).optional() };
const event = {
  ...common,
  source: patterns.default(['*']),
  detailType: patterns.default(['*']),
  rule: patterns.default(['*']),
  per: z.enum(['rule', 'source', 'detailType']).optional(),
};

/** One rule of a fault file. */
const ruleSchema = (apis: readonly PageApi[]) => {
  const call = callOf([...Object.keys(SERVICE_NAMES), ...apis.map(({ name }) => name)]);
  return z
    .discriminatedUnion('fault', [
      z.strictObject({ fault: z.literal('throttle'), ...call }),
      z.strictObject({ fault: z.literal('server-error'), ...call, status: z.literal([500, 503]).default(500) }),
      z.strictObject({
        fault: z.literal('error'),
        ...call,
        code: z.string().regex(/^[A-Za-z][\w.]*$/),
        status: z.int().min(400).max(599).default(400),
        message: z.string().default('Injected by a fault rule.'),
      }),
      z.strictObject({
        fault: z.literal('timeout'),
        ...call,
        seconds: seconds.default(60),
        done: z.boolean().default(false),
      }),
      z.strictObject({ fault: z.literal('reset'), ...call, done: z.boolean().default(false) }),
      z.strictObject({ fault: z.literal('slow'), ...call, seconds: seconds.default(1) }),
      z.strictObject({ fault: z.literal('lambda-crash'), ...invocation, handler }),
      z.strictObject({ fault: z.literal('lambda-timeout'), ...invocation, handler, seconds: seconds.optional() }),
      z.strictObject({ fault: z.literal('lambda-out-of-memory'), ...invocation, handler }),
      z.strictObject({ fault: z.literal('lambda-init'), ...invocation }),
      z.strictObject({
        fault: z.literal('job-failure'),
        ...job,
        job: z.enum(jobs).optional(),
        reason: z.enum(['algorithm', 'internal']).default('algorithm'),
        message: z.string().max(800).optional(),
      }),
      z.strictObject({ fault: z.literal('capacity'), ...job, job: z.enum([...jobs, 'endpoint']).optional() }),
      z.strictObject({ fault: z.literal('spot-interruption'), ...job, seconds: z.number().min(0).max(900).default(1) }),
      z.strictObject({
        fault: z.literal('endpoint-failure'),
        ...named,
        reason: z.enum(['ping', 'internal']).default('ping'),
      }),
      z.strictObject({ fault: z.literal('event-lost'), ...event }),
      z.strictObject({ fault: z.literal('event-duplicated'), ...event, copies: z.int().min(2).max(10).default(2) }),
      z.strictObject({ fault: z.literal('event-delayed'), ...event, seconds: seconds.default(5) }),
      z.strictObject({ fault: z.literal('event-reordered'), ...event, seconds: seconds.default(30) }),
    ])
    .superRefine((rule, context) => {
      const chosen = (['nth', 'every', 'rate'] as const).filter((key) => rule[key] !== undefined);
      const [, second] = chosen;
      if (second !== undefined) {
        context.addIssue({ code: 'custom', path: [second], message: `a rule has at most one of ${chosen.join(', ')}` });
      }
      if (rule.from !== undefined && rule.until !== undefined && rule.from > rule.until) {
        context.addIssue({ code: 'custom', path: ['until'], message: `it lies before from, ${rule.from}` });
      }
      if ('caller' in rule && rule.role !== undefined && rule.caller === 'administrator') {
        context.addIssue({ code: 'custom', path: ['role'], message: 'the administrator has no role' });
      }
    });
};
export type FaultRule = z.output<ReturnType<typeof ruleSchema>>;

/** A whole fault file. @param apis APIs of pages that rules may name as `service` */
export const faultFileSchema = (apis: readonly PageApi[] = []) =>
  z.strictObject({
    seed: z.int().min(0).default(1),
    faults: z.array(ruleSchema(apis)).min(1).max(100),
  });
export type FaultFile = z.output<ReturnType<typeof faultFileSchema>>;
/** As written in a file: members with a default may be left out. */
export type FaultFileInput = z.input<ReturnType<typeof faultFileSchema>>;

/**
 * Checks rules given by code and adds the defaults.
 * @throws FaultFileError with every problem: its path, what is allowed and the nearest name
 */
export function completeFaults(given: FaultFileInput, apis: readonly PageApi[]): FaultFile {
  const schema = faultFileSchema(apis);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = explainIssues(parsed.error, schema, given);
  throw new FaultFileError(problems.map(({ path, message }) => `${pathText(path)}: ${message}`).join('\n'));
}

/** What a rule is called where it was given no name: `2 throttle s3`. */
export const ruleName = (rule: FaultRule, index: number): string =>
  rule.name ?? `${index + 1} ${rule.fault}${'service' in rule ? ` ${rule.service}` : ''}`;

const jobText = (job: string | undefined): string => (job === 'endpoint' ? job : `${job ?? 'any'} job`);

/** What a rule applies to, in a few words. */
export function whereText(rule: FaultRule): string {
  const parts: (string | undefined)[] =
    'service' in rule
      ? [
          `${rule.service}:${rule.operation.join('|')}`,
          rule.role && `by ${rule.role.join('|')}`,
          rule.resource && `on ${rule.resource.join('|')}`,
          rule.caller === 'roles' ? undefined : `by ${rule.caller}`,
        ]
      : 'function' in rule
        ? [`function ${rule.function.join('|')}`]
        : 'detailType' in rule
          ? [
              `events of ${rule.source.join('|')}`,
              rule.detailType.join() === '*' ? undefined : `"${rule.detailType.join('|')}"`,
              rule.rule.join() === '*' ? undefined : `to ${rule.rule.join('|')}`,
            ]
          : [
              rule.fault === 'endpoint-failure' ? 'endpoint' : jobText('job' in rule ? rule.job : undefined),
              rule.named.join() === '*' ? undefined : rule.named.join('|'),
            ];
  return parts.filter((part) => part !== undefined).join(' ');
}

/** When a rule applies, in a few words. */
export const whenOf = (rule: FaultRule): string =>
  `${whenText(rule)}${'per' in rule && rule.per !== undefined ? `, counted per ${rule.per}` : ''}`;

const isPattern = (text: string): boolean => /[*?]/.test(text);

/** Finds operations that do not exist, which no rule would ever meet, and names used twice. */
async function problemsOfMeaning(
  file: FaultFile,
  apis: readonly PageApi[],
): Promise<{ path: PropertyKey[]; text: string }[]> {
  const problems: { path: PropertyKey[]; text: string }[] = [];
  const names = new Map<string, number>();
  for (const [index, rule] of file.faults.entries()) {
    const name = ruleName(rule, index);
    const earlier = names.get(name);
    if (earlier !== undefined) {
      problems.push({ path: ['faults', index, 'name'], text: `faults[${earlier}] is named "${name}" too.` });
    }
    names.set(name, index);
    if (!('service' in rule)) continue;
    const api = apis.find(({ name: own }) => own === rule.service);
    const known = api ? api.operations : await operationsOf(rule.service);
    for (const operation of rule.operation.filter((given) => !isPattern(given))) {
      if (known === undefined || known.includes(operation)) continue;
      const near = nearestName(operation, known);
      problems.push({
        path: ['faults', index, 'operation'],
        text: `${rule.service} has no operation "${operation}".${near === undefined ? '' : ` Did you mean ${near}?`}`,
      });
    }
  }
  return problems;
}

/**
 * Reads a fault file.
 * @param file its name, for messages
 * @param apis APIs of pages that rules may name as `service`
 * @throws FaultFileError with every problem: its line, its path, what is allowed and the nearest name
 */
export async function parseFaultFile(text: string, file: string, apis: readonly PageApi[] = []): Promise<FaultFile> {
  const read = readYaml(text, faultFileSchema(apis), 'the file is empty; it must list faults');
  if (!('data' in read)) throw new FaultFileError(problemsText(file, read.problems));
  const problems = (await problemsOfMeaning(read.data, apis)).map(
    ({ path, text: said }): LocatedProblem => ({ ...read.at(path), text: `${pathText(path)}: ${said}` }),
  );
  if (problems.length > 0) throw new FaultFileError(problemsText(file, problems));
  return read.data;
}
