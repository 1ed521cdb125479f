import * as z from 'zod';
import { counted } from '#domain/text/numbers';
import type { Judgement } from './answer.ts';
import { changedColumn, defaultTolerance, eachOnce, rowsOfColumns } from './change-settings.ts';
import { commonSettings, type EndpointTestKind } from './endpoint-test.ts';
import { rawRowsOf, rowsRequestSchema, withGoldenUri } from './request.ts';
import { failed, type MonotoneColumn, passed, type TestSession } from './session.ts';
import { planChanges, type Varied, vary } from './variants.ts';

const schema = z
  .object({
    ...commonSettings,
    kind: z.literal('monotonicity').meta({ description: 'The kind of the test.', examples: ['monotonicity'] }),
    request: rowsRequestSchema,
    columns: z
      .array(
        z
          .object({
            column: changedColumn,
            direction: z.enum(['increasing', 'decreasing']).meta({
              description:
                'Where the answer may go when the value rises: `increasing` never lowers it, `decreasing` never raises it.',
              examples: ['decreasing'],
            }),
            values: z
              .array(z.number())
              .min(2)
              .max(50)
              .optional()
              .meta({
                description:
                  'The numbers that it takes, in any order. Without it: those that cut the training data into bins.',
                examples: [[20_000, 40_000, 80_000]],
              }),
          })
          .strict(),
      )
      .min(1)
      .max(50)
      .refine(eachOnce, 'a column is listed twice')
      .optional()
      .meta({
        description: 'The columns to change, each by itself. Without it: those that the pipeline declares `monotone`.',
        examples: [[{ column: 'income', direction: 'decreasing', values: [20_000, 40_000, 80_000] }]],
      }),
    output: z
      .int()
      .min(1)
      .default(1)
      .meta({
        description:
          'Which number of a row of the answer is meant, from 1: a class, where the model answers one number for each.',
        examples: [2],
      }),
    tolerance: z
      .number()
      .min(0)
      .default(defaultTolerance)
      .meta({
        description:
          'How far the answer may go the wrong way from one value to a higher one: absolute for answers up to 1, relative for larger ones.',
        examples: [0.001],
      }),
  })
  .strict();
type MonotonicityTest = z.output<typeof schema>;
type Monotone = NonNullable<MonotonicityTest['columns']>[number];

/**
 * How far a series goes against its direction at most: from any value to any later one, so that many small steps count as one.
 *
 * @param series answers in the order of the rising column
 */
export function wrongWay(series: readonly number[], direction: MonotoneColumn['direction']): number {
  const sign = direction === 'increasing' ? 1 : -1;
  let best = Number.NEGATIVE_INFINITY;
  let most = 0;
  for (const answer of series) {
    const value = sign * answer;
    if (best > value) most = Math.max(most, (best - value) / Math.max(1, Math.abs(best)));
    best = Math.max(best, value);
  }
  return most;
}

/** The rows whose answer goes the wrong way, in words; undefined: none. */
export function wrongRows(
  { change, values, changed }: Varied<Monotone>,
  { output, tolerance }: Pick<MonotonicityTest, 'output' | 'tolerance'>,
): string | undefined {
  const { column, direction } = change;
  const numbers = values.map(Number);
  if (!numbers.every(Number.isFinite)) return `${column}: has values that are no numbers`;
  const rising = numbers.map((_, i) => i).toSorted((a, b) => (numbers[a] as number) - (numbers[b] as number));
  if (changed.flat().some((answer) => answer.length < output)) return `${column}: the answer has no number ${output}`;
  const by = changed.map((answers) =>
    wrongWay(
      rising.map((i) => (answers[i] as readonly number[])[output - 1] as number),
      direction,
    ),
  );
  const off = by.flatMap((fall, row) => (fall <= tolerance ? [] : [row + 1]));
  const [first] = off;
  if (first === undefined) return undefined;
  const most = Math.max(...by);
  const verb = direction === 'increasing' ? 'falls' : 'rises';
  return `${column}: the answer ${verb} with a higher value in ${off.length} of ${counted(by.length, 'row')}: first row ${first}, most row ${by.indexOf(most) + 1} by ${most.toPrecision(3)}`;
}

async function run(test: MonotonicityTest, session: TestSession): Promise<Judgement> {
  const plan = await planChanges<Monotone>(test.columns, ({ monotone }) => monotone, 'monotone', session);
  if ('passed' in plan) return plan;
  const varied = await vary(test.request, plan.changes, plan.inputs, session);
  if ('passed' in varied) return varied;
  const problems = varied.flatMap((one) => wrongRows(one, test) ?? []);
  if (problems.length > 0) return failed(problems.join('; '));
  const rows = varied.reduce((sum, { changed }) => sum + changed.flat().length, 0);
  return passed(
    `${counted(varied.length, 'column')} in ${counted(rows, 'changed row')}: the answer never goes the wrong way`,
  );
}

/** Rows along a rising column. */
export const monotonicity = {
  name: 'monotonicity',
  label: 'Monotonicity',
  summary: 'Along a rising column the answer never goes the wrong way.',
  schema,
  example: {
    id: 'income-lowers-risk',
    kind: 'monotonicity',
    request: { rows: [{ age: 41, income: 52000 }] },
    columns: [{ column: 'income', direction: 'decreasing', values: [20_000, 40_000, 80_000] }],
    tolerance: 0.001,
  },
  run,
  rawRows: ({ request, columns }) => [...rawRowsOf(request), ...rowsOfColumns(columns)],
  defaultTest: ({ goldenUri, declares }): MonotonicityTest | undefined =>
    declares.monotone
      ? {
          id: 'monotonicity-default',
          kind: 'monotonicity',
          description: 'Columns that the pipeline declares monotone move the answer one way only.',
          request: { s3Uri: goldenUri },
          output: 1,
          tolerance: defaultTolerance,
        }
      : undefined,
  withGolden: (test, goldenUri) => ({ ...test, request: withGoldenUri(test.request, goldenUri) }),
} as const satisfies EndpointTestKind<typeof schema>;
