import * as z from 'zod';
import type { RawRow } from '#schemas/records/golden';
import type { Judgement } from './answer.ts';
import type { TestSession } from './session.ts';

/** The common settings of all tests. */
export const commonSettings = {
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, . _ -; at most 64')
    .meta({
      description: 'The name of the test: letters, digits, `.`, `_`, `-`, at most 64.',
      examples: ['two-rows'],
    }),
  description: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'What the test is for, for readers.', examples: ['Two rows get two probabilities.'] }),
  enabled: z
    .boolean()
    .optional()
    .meta({ description: '`false` keeps the test without running it.', examples: [false] }),
};

/** The model's properties for the default tests. */
export interface ServedModel {
  /** S3 URI of the run's `golden.json`. */
  readonly goldenUri: string;
  /** Numbers per row of its response, and their bounds if the task has any. */
  readonly answer: { readonly valuesPerRow: number; readonly min?: number; readonly max?: number };
  /** What the pipeline declares of its columns. */
  readonly declares: { readonly monotone: boolean; readonly invariant: boolean };
}

/**
 * The full definition of a kind of endpoint test. Methods take the kind's own settings. The registry finds a kind by the `kind`
 * of a test, so they never receive another kind's settings.
 */
export interface EndpointTestKind<Schema extends z.ZodObject = z.ZodObject> {
  /** The `kind` of its tests. */
  readonly name: string;
  /** Its heading. */
  readonly label: string;
  /** What it checks, in one sentence. */
  readonly summary: string;
  /** A whole test; `kind` is its literal. */
  readonly schema: Schema;
  /** An example test. */
  readonly example: z.input<Schema>;
  /** Why an asynchronous endpoint cannot have tests of this kind; undefined: it can. */
  readonly realTimeOnly?: string;
  /**
   * Runs a test. A kind that sends one request has this of `oneRequest`. A failed expectation is a result; its detail has no value
   * of a request.
   *
   * @throws what the session throws
   */
  run(test: z.output<Schema>, session: TestSession): Promise<Judgement>;
  /** All raw rows in a test. They may have model inputs only, because a test is stored as it is. */
  rawRows(test: z.output<Schema>): readonly RawRow[];
  /** The default test of every endpoint, if any. */
  defaultTest?(model: ServedModel): z.output<Schema> | undefined;
  /** The test with its pointer to golden requests changed to another run's; unchanged when it has none. */
  withGolden?(test: z.output<Schema>, goldenUri: string): z.output<Schema>;
}

/**
 * Why tests of a kind cannot run on an endpoint; undefined: they can.
 *
 * @param asynchronous the endpoint's settings as an asynchronous one; undefined for a real-time endpoint
 */
export const problemOfKind = (
  { name, realTimeOnly }: Pick<EndpointTestKind, 'name' | 'realTimeOnly'>,
  asynchronous: object | undefined,
): string | undefined =>
  asynchronous && realTimeOnly ? `an asynchronous endpoint has no ${name} tests: ${realTimeOnly}` : undefined;
