import * as z from 'zod';
import { findKind } from '#domain/find-kind';
import { contract } from './contract.ts';
import type { EndpointTestKind } from './endpoint-test.ts';
import { golden } from './golden.ts';
import { invariance } from './invariance.ts';
import { latency } from './latency.ts';
import { load } from './load.ts';
import { monotonicity } from './monotonicity.ts';
import { robustness } from './robustness.ts';

/** The kinds of endpoint tests, the rungs of a ladder. Every endpoint has the default tests of these kinds, in this order. */
export const ENDPOINT_TESTS = [contract, golden, invariance, monotonicity, robustness, latency, load] as const;

/** The kind of a test. @throws TypeError when no kind has this name */
export const endpointTestKind = (name: string, kinds: readonly EndpointTestKind[] = ENDPOINT_TESTS): EndpointTestKind =>
  findKind(kinds, name, 'kind of endpoint test');

/**
 * The items of the endpoint-tests table, discriminated by `kind`: partition key `pk` is the endpoint's name, sort key `sk` is
 * `test#<id>`. All fields are plain JSON, so a test can be written in the console or by a script.
 */
export const endpointTestSchemaOf = <Kinds extends readonly EndpointTestKind[]>(
  kinds: Kinds,
): z.ZodType<z.output<Kinds[number]['schema']>, z.input<Kinds[number]['schema']>> => {
  const schemas = kinds.map((kind) => kind.schema) as [z.ZodObject, ...z.ZodObject[]];
  return z.discriminatedUnion('kind', schemas) as unknown as ReturnType<typeof endpointTestSchemaOf<Kinds>>;
};

export const endpointTestSchema = endpointTestSchemaOf(ENDPOINT_TESTS);
export type EndpointTest = z.output<typeof endpointTestSchema>;
