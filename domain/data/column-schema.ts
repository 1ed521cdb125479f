import * as z from 'zod';
import type { ColumnSpec, FeatureSpec } from '#domain/data/column-spec';
import { expectedSettingsOf } from '#domain/data/expected-settings';
import type { Encoding } from '#domain/encodings/encoding';
import { ENCODINGS, encodingOf } from '#domain/encodings/registry';
import { PRIVATE_ROLES, type PrivacyAction, type PrivateRole } from '#domain/privacy/privacy-action';
import { PRIVACY_ACTIONS } from '#domain/privacy/registry';
import { allReadingSettings, readingProblem, readingSettingsOf } from '#domain/values/reading';
import type { CleanKind, FeatureType } from '#schemas/records/profile';

/** The schema of a drop's columns, composed of the privacy actions and the encodings. */

/** The key under which `refuseProto` reports a name that no object can hold. */
const proto = '\0__proto__';

/**
 * The name of a column in the pipeline's file: any text that can be shown on a line. The name in the data files may be another
 * (`from`).
 */
export const columnName = z.string().superRefine((name, ctx) => {
  const issue = (message: string) => ctx.addIssue({ code: 'custom', message });
  if (name === proto || name === '__proto__')
    issue('no column can have the name __proto__ here; choose a name of your own and add from: __proto__');
  else if (name.length > 1000)
    issue('longer than 1,000 characters; choose a shorter name and add from: { position: … }');
  else if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name) || !name.isWellFormed())
    issue('has characters that cannot be shown; choose a name of your own and add from');
});

/** A name that is written outside a list of columns, where an empty one would mean none. */
export const namedColumn = columnName.min(1, 'empty; choose a name of your own and say where it is found: from');

/** Gives an own key `__proto__`, which a record would lose without a word, a name that is refused. */
export const refuseProto = (record: unknown): unknown =>
  typeof record === 'object' && record !== null && Object.hasOwn(record, '__proto__')
    ? Object.fromEntries(Object.entries(record).map(([key, value]) => [key === '__proto__' ? proto : key, value]))
    : record;

/** Where a column is found in a file: the name it has there, or its position, from 1. */
export const columnSourceSchema = z.union([
  z.string().max(10_000),
  z
    .object({ position: z.int().min(1).max(100_000).describe('The position of the column in the file, from 1.') })
    .strict(),
]);

const from = columnSourceSchema.optional().meta({
  description:
    'Where the column is found in the files, if not under its name: another name, or a position (CSV and Parquet), which an empty or repeated name needs.',
  examples: ["Int'l Plan", { position: 1 }],
});

const bins = z
  .union([
    z
      .array(z.number())
      .min(1)
      .max(19)
      .refine((edges) => edges.every((edge, i) => i === 0 || edge > (edges[i - 1] as number)), 'must rise'),
    z.int().min(2).max(20),
    z.enum(['month', 'quarter', 'year']),
  ])
  .optional()
  .meta({
    description:
      'How the values make groups: edges between numbers, how many bins of about as many rows, or a period of dates. Without it: the 20 most frequent values; a column of more than 20 numbers has five bins, one of dates has months, quarters or years.',
    examples: [[25, 45, 65], 4, 'year'],
  });

const values = z
  .array(z.string().min(1).max(200))
  .min(1)
  .max(100)
  .optional()
  .meta({
    description:
      'The values that make groups; rows with others are in none. Messages name a group by its value only where it stands here: a value of a file is not shown.',
    examples: [['Female', 'Male']],
  });

/** What each role means. */
const ROLES = {
  feature: 'A model input as it is. It must hold nothing personal.',
  pii: 'It identifies a person: a name, an e-mail address, a phone number. Never a model input.',
  quasi: 'It helps to identify a person: a postcode, a date of birth. What the action leaves may be a model input.',
  text: 'Free text, in which anything personal may stand. What `redact` leaves may be a model input.',
  slice:
    'The model is measured for each of its values: [metrics, gates and bias](judgement.md) by group. Never a model input.',
  ignore:
    'It is not read, unless it is `dataset.time`: then its settings say how the time is written. It is no model input either way.',
} as const satisfies Readonly<Record<PrivateRole | 'feature' | 'slice' | 'ignore', string>>;

const roleNamed = <Role extends keyof typeof ROLES>(role: Role) =>
  z.literal(role).meta({ description: 'What the column is.', examples: [role] });

type Alternatives = [z.ZodObject, ...z.ZodObject[]];

/** @throws TypeError when there is none */
function alternatives([first, ...rest]: readonly z.ZodObject[]): Alternatives {
  if (first) return [first, ...rest];
  throw new TypeError('A pipeline needs an encoding: without one no column can be a model input.');
}

/** The settings of all encodings of a type. @throws TypeError when two of them use one name for different settings */
function settingsOf(encodings: readonly Encoding[]): z.ZodRawShape {
  const settings: Record<string, z.ZodRawShape[string]> = {};
  for (const { name, type, settings: own } of encodings) {
    for (const [key, schema] of Object.entries(own)) {
      if (settings[key] !== undefined && settings[key] !== schema) {
        throw new TypeError(`The ${type} encoding "${name}" has a setting "${key}", which another one has already.`);
      }
      settings[key] = schema;
    }
  }
  return settings;
}

/** One object per feature type, with `encode` if the type has several encodings. */
function featureObjects(encodings: readonly Encoding[], further: (type: FeatureType) => z.ZodRawShape): Alternatives {
  const types = [...new Set(encodings.map(({ type }): FeatureType => type))];
  const objects = types.map((type): z.ZodObject => {
    const own = encodings.filter((encoding) => encoding.type === type);
    const names = own.map(({ name }) => name) as [string, ...string[]];
    const encode =
      names.length > 1
        ? {
            encode: z
              .enum(names)
              .default(names[0])
              .meta({ description: 'The encoding: one of those for its type.', examples: names }),
          }
        : {};
    const kind = z.literal(type).meta({ description: 'The type of a model input.', examples: [type] });
    return z.object({ type: kind, ...encode, ...settingsOf(own), ...further(type) }).strict();
  });
  return alternatives(objects);
}

/** Reports settings that contradict each other, or that only another encoding of the type has: they would have no effect. */
const checkSettings =
  (encodings: readonly Encoding[]) =>
  (column: Readonly<Record<string, unknown>>, ctx: z.RefinementCtx): void => {
    const spec = column as unknown as FeatureSpec;
    const own = encodingOf(spec, encodings);
    const problem = own.problem?.(spec);
    if (problem !== undefined) ctx.addIssue({ code: 'custom', message: problem });
    for (const { name, type, settings } of encodings) {
      if (type !== spec.type) continue;
      for (const [setting, schema] of Object.entries(settings)) {
        if (Object.hasOwn(own.settings, setting)) continue;
        const value = spec[setting];
        // a setting that was not given has its default
        if (JSON.stringify(value) === JSON.stringify(z.safeParse(schema, undefined).data)) continue;
        const message = `has no effect on ${own.name}: set encode: ${name}, or remove it`;
        ctx.addIssue({ code: 'custom', path: [setting], message });
      }
    }
  };

/** Whether the result of an action can be the declared model input. */
function checkFeature(
  role: PrivateRole,
  action: PrivacyAction,
  column: Readonly<Record<string, unknown>>,
  ctx: z.RefinementCtx,
): void {
  const feature = column['feature'] as FeatureSpec | undefined;
  const kind = action.clean(column)?.kind ?? 'nothing';
  // the text that another action leaves is a token or a mask
  const isInput = kind !== 'nothing' && (kind !== 'text' || role === 'text');
  if (feature === undefined || (isInput && feature.type === kind)) return;
  const ways = Object.keys(action.settings).filter((setting) => column[setting] !== undefined);
  const how = `${action.label}${ways.length > 0 ? ` by ${ways.join(' and ')}` : ''}`;
  const allowed = isInput ? `a ${kind}, not a ${feature.type}` : 'no model input';
  ctx.addIssue({ code: 'custom', path: ['feature', 'type'], message: `a column ${how} is ${allowed}` });
}

/** The settings of how the values are read that an action changes. A column that is removed is not even read. */
function readingOfAction(action: PrivacyAction): z.ZodRawShape {
  const kind = action.clean(action.example)?.kind;
  if (kind === undefined) return {};
  return kind === 'text' ? readingSettingsOf(kind) : allReadingSettings;
}

/** Reports settings of reading that have no effect on a kind of value, or contradict each other. */
function checkReading(kind: CleanKind, column: Readonly<Record<string, unknown>>, ctx: z.RefinementCtx): void {
  const problem = readingProblem(kind, column);
  if (problem !== undefined) ctx.addIssue({ code: 'custom', path: [problem.at], message: problem.message });
}

/** Whether what an action leaves may be a model input: of a quasi-identifier, and of a free text unless it is removed. */
const mayBeInput = (role: PrivateRole, action: PrivacyAction): boolean =>
  role === 'quasi' || (role === 'text' && action.clean(action.example) !== undefined);

/** A personal column with this action. The result of a quasi-identifier's action may also be a model input. */
function privateColumn(role: PrivateRole, action: PrivacyAction, feature: z.ZodType<FeatureSpec>): z.ZodObject {
  const input = {
    feature: feature.optional().meta({
      description: `Makes the ${action.label} value a model input too: a type, with the settings of its encoding.`,
      examples: [{ type: role === 'text' ? 'text' : 'category' }],
    }),
  };
  return z
    .object({
      role: roleNamed(role),
      from,
      action: z
        .literal(action.name)
        .meta({ description: 'What happens to a personal column.', examples: [action.name] }),
      ...action.settings,
      ...readingOfAction(action),
      ...(mayBeInput(role, action) ? input : {}),
    })
    .strict()
    .describe(ROLES[role])
    .superRefine((column, ctx) => {
      const message = action.problem?.(column);
      if (message !== undefined) {
        ctx.addIssue({ code: 'custom', message });
        return;
      }
      checkFeature(role, action, column, ctx);
      const kind = action.clean(column)?.kind;
      if (kind !== undefined) checkReading(kind, column, ctx);
    });
}

/** The specification of one column of the drop. */
export function columnSchemaOf(
  actions: readonly PrivacyAction[],
  encodings: readonly Encoding[],
): z.ZodType<ColumnSpec> {
  const features = featureObjects(encodings, () => ({}));
  const check = checkSettings(encodings);
  const featureSchema = z.discriminatedUnion(
    'type',
    alternatives(features.map((own) => own.superRefine(check))),
  ) as unknown as z.ZodType<FeatureSpec>;
  const featureColumn = z.discriminatedUnion(
    'type',
    alternatives(
      featureObjects(encodings, (type) => ({ ...readingSettingsOf(type), ...expectedSettingsOf(type) })).map((own) =>
        own
          .extend({ role: roleNamed('feature'), from })
          .strict()
          .describe(ROLES.feature)
          .superRefine(check)
          .superRefine((column, ctx) => checkReading(String(column['type']) as FeatureType, column, ctx)),
      ),
    ),
  );
  const privateColumns = PRIVATE_ROLES.flatMap((role) => {
    const [first, ...rest] = actions
      .filter(({ roles }) => roles.includes(role))
      .map((action) => privateColumn(role, action, featureSchema));
    if (!first) return [];
    return [rest.length === 0 ? first : z.discriminatedUnion('action', [first, ...rest])];
  });
  const ignoredColumn = z
    .object({ role: roleNamed('ignore'), from, ...readingSettingsOf('datetime') })
    .strict()
    .describe(ROLES.ignore)
    .superRefine((column, ctx) => checkReading('datetime', column, ctx));
  const sliceColumn = z
    .object({ role: roleNamed('slice'), from, values, bins, ...readingSettingsOf('category') })
    .strict()
    .describe(ROLES.slice);
  return z.discriminatedUnion('role', [
    featureColumn,
    ...privateColumns,
    sliceColumn,
    ignoredColumn,
  ]) as unknown as z.ZodType<ColumnSpec>;
}

export const columnSchema = columnSchemaOf(PRIVACY_ACTIONS, ENCODINGS);
