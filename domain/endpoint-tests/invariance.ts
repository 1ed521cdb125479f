import * as z from 'zod';
import { counted } from '#domain/text/numbers';
import type { Judgement } from './answer.ts';
import { changedColumn, changedValue, defaultTolerance, eachOnce, rowsOfColumns } from './change-settings.ts';
import { commonSettings, type EndpointTestKind } from './endpoint-test.ts';
import { rawRowsOf, rowsRequestSchema, withGoldenUri } from './request.ts';
import { failed, passed, type TestSession } from './session.ts';
import { distance, planChanges, type Varied, vary } from './variants.ts';

const schema = z
  .object({
    ...commonSettings,
    kind: z.literal('invariance').meta({ description: 'The kind of the test.', examples: ['invariance'] }),
    request: rowsRequestSchema,
    columns: z
      .array(
        z
          .object({
            column: changedColumn,
            values: z
              .array(changedValue)
              .min(1)
              .max(50)
              .optional()
              .meta({
                description:
                  'The values that it takes in turn, as a drop has them. Without it: those of the training data, cuts between bins for a number.',
                examples: [[true, false]],
              }),
            tolerance: z
              .number()
              .min(0)
              .default(defaultTolerance)
              .meta({
                description: 'How much the answer may change: absolute for answers up to 1, relative for larger ones.',
                examples: [0.01],
              }),
          })
          .strict(),
      )
      .min(1)
      .max(50)
      .refine(eachOnce, 'a column is listed twice')
      .optional()
      .meta({
        description:
          'The columns to change, each by itself. Without it: those that the pipeline declares `invariant`, each within its tolerance.',
        examples: [[{ column: 'phone_verified', values: [true, false], tolerance: 0.01 }]],
      }),
  })
  .strict();
type InvarianceTest = z.output<typeof schema>;
type Invariant = NonNullable<InvarianceTest['columns']>[number];

/** The rows whose answer changes by more than the tolerance, in words; undefined: none. */
export function changedRows({ change, base, changed }: Varied<Invariant>): string | undefined {
  const { column, tolerance } = change;
  const by = changed.map((answers, row) => {
    const answer = base[row] as readonly number[];
    return Math.max(0, ...answers.flat().map((value, i) => distance(value, answer[i % answer.length] as number)));
  });
  const off = by.flatMap((difference, row) => (difference <= tolerance ? [] : [row + 1]));
  const [first] = off;
  if (first === undefined) return undefined;
  const most = Math.max(...by);
  return `${column}: ${off.length} of ${counted(base.length, 'row')} change by more than ${tolerance}: first row ${first}, most row ${by.indexOf(most) + 1} by ${most.toPrecision(3)}`;
}

async function run({ request, columns }: InvarianceTest, session: TestSession): Promise<Judgement> {
  const plan = await planChanges<Invariant>(columns, ({ invariant: declared }) => declared, 'invariant', session);
  if ('passed' in plan) return plan;
  const varied = await vary(request, plan.changes, plan.inputs, session);
  if ('passed' in varied) return varied;
  const problems = varied.flatMap((one) => changedRows(one) ?? []);
  if (problems.length > 0) return failed(problems.join('; '));
  const rows = varied.reduce((sum, { changed }) => sum + changed.flat().length, 0);
  return passed(`${counted(varied.length, 'column')} in ${counted(rows, 'changed row')}: the answer stays`);
}

/** Rows that differ only in columns that must not matter. */
export const invariance = {
  name: 'invariance',
  label: 'Invariance',
  summary: 'A change of a column that must not matter leaves the answer as it is, within a tolerance.',
  schema,
  example: {
    id: 'phone-does-not-matter',
    kind: 'invariance',
    request: { rows: [{ age: 41, income: 52000, phone_verified: true }] },
    columns: [{ column: 'phone_verified', values: [true, false], tolerance: 0.01 }],
  },
  run,
  rawRows: ({ request, columns }) => [...rawRowsOf(request), ...rowsOfColumns(columns)],
  defaultTest: ({ goldenUri, declares }): InvarianceTest | undefined =>
    declares.invariant
      ? {
          id: 'invariance-default',
          kind: 'invariance',
          description: 'Columns that the pipeline declares invariant do not move the answer.',
          request: { s3Uri: goldenUri },
        }
      : undefined,
  withGolden: (test, goldenUri) => ({ ...test, request: withGoldenUri(test.request, goldenUri) }),
} as const satisfies EndpointTestKind<typeof schema>;
