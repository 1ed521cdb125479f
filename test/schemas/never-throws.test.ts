import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { PRIVACY_ACTIONS } from '#domain/privacy/registry';
import { pipelineSchema } from '#schemas/pipeline';
import { stagesSchema } from '#schemas/pipeline-stages';
import { MINIMAL_PIPELINES } from '../../scripts/reference/minimal-pipelines.ts';

const root = join(import.meta.dirname, '../..');
type Json = fc.JsonValue;

const examples: readonly Json[] = [
  ...Object.values(MINIMAL_PIPELINES),
  ...readdirSync(join(root, 'pipelines'))
    .filter((file) => file.endsWith('.yml'))
    .map((file) => parse(readFileSync(join(root, 'pipelines', file), 'utf8'))),
  {
    ...MINIMAL_PIPELINES.binary,
    dataset: {
      ...(MINIMAL_PIPELINES.binary['dataset'] as object),
      columns: Object.fromEntries(
        PRIVACY_ACTIONS.flatMap(({ example }, i) => [
          [`c${i}`, example],
          [`feature${i}`, { role: 'feature', type: 'number' }],
        ]),
      ),
    },
  },
];

/** Keys and values that stand somewhere in the examples, and what is odd. */
const words = new Set<string>(['__proto__', 'constructor', 'toString', '']);
const scalars = new Set<Json>([null, true, false, 0, -1, 1e308, 0.5, '', '__proto__', 'toString', 'a\u0000b']);
const collect = (value: Json): void => {
  if (Array.isArray(value)) value.forEach(collect);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, own] of Object.entries(value)) {
      words.add(key);
      collect(own as Json);
    }
  } else scalars.add(value);
};
examples.forEach(collect);

/** Every place in a value, as paths. */
function placesOf(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries: [string | number, Json][] = Array.isArray(value)
    ? value.map((own, i) => [i, own])
    : (Object.entries(value) as [string, Json][]);
  return [path, ...entries.flatMap(([key, own]) => placesOf(own, [...path, key]))];
}
function changed(
  value: Json,
  [key, ...rest]: readonly (string | number)[],
  change: (old: Json) => Json | undefined,
): Json {
  if (key === undefined) return change(value) ?? null;
  if (Array.isArray(value)) return value.map((own, i) => (i === key ? changed(own, rest, change) : own));
  const copy = { ...(value as Record<string, Json>) };
  if (rest.length > 0) copy[key] = changed(copy[key] as Json, rest, change);
  else {
    const next = change(copy[key] as Json);
    if (next === undefined) delete copy[key];
    else Object.defineProperty(copy, key, { value: next, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

const scalar = fc.constantFrom(...scalars);
const word = fc.constantFrom(...words);
const small: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  {
    weight: 2,
    arbitrary: fc.dictionary(word, fc.oneof(scalar, fc.dictionary(word, scalar, { maxKeys: 2 })), { maxKeys: 3 }),
  },
);
const edit = fc.record({
  at: fc.nat({ max: 1_000_000 }),
  kind: fc.constantFrom('replace', 'remove', 'add'),
  key: word,
  value: small,
});
/** A pipeline that was right before some places of it were changed. */
const pipelines = fc
  .tuple(fc.constantFrom(...examples), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([example, edits]) =>
    edits.reduce((value, { at, kind, key, value: own }) => {
      const places = placesOf(value);
      const path = places[at % places.length] ?? [];
      return changed(value, path, (old) => {
        if (kind === 'remove') return undefined;
        if (kind === 'replace' || typeof old !== 'object' || old === null) return own;
        return Array.isArray(old) ? [...old, own] : { ...old, [key]: own };
      });
    }, example),
  );

/** Every schema that a file of `schemas/` exports. */
async function schemasOf(folder: string): Promise<[string, z.ZodType][]> {
  const files = readdirSync(join(root, 'schemas', folder)).filter((file) => file.endsWith('.ts'));
  const modules = await Promise.all(
    files.map(async (file) => [file, (await import(join(root, 'schemas', folder, file))) as object] as const),
  );
  return modules.flatMap(([file, exported]) =>
    Object.entries(exported).flatMap(([name, schema]): [string, z.ZodType][] =>
      schema instanceof z.ZodType ? [[`${folder}/${file}: ${name}`, schema]] : [],
    ),
  );
}

const crossing = [...(await schemasOf('events')), ...(await schemasOf('records'))];

const settled = (schema: z.ZodType, value: unknown) => {
  const { success, error } = schema.safeParse(value);
  expect(success || error instanceof z.ZodError).toBe(true);
};

describe('a schema has a value or issues for any JSON, and never throws', () => {
  it('of a pipeline, nearly right', () => {
    fc.assert(
      fc.property(pipelines, (value) => settled(pipelineSchema, value)),
      { numRuns: 800 },
    );
  });

  it('of a pipeline, without each of its settings', () => {
    for (const example of examples)
      for (const path of placesOf(example)) {
        settled(
          pipelineSchema,
          changed(example, path, () => undefined),
        );
        settled(
          pipelineSchema,
          changed(example, path, () => ({})),
        );
        settled(
          pipelineSchema,
          changed(example, path, () => null),
        );
      }
  });

  it.each([...crossing, ['the pipeline', pipelineSchema], ['stages', stagesSchema]] as [string, z.ZodType][])(
    '%s',
    (_, schema) => {
      fc.assert(
        fc.property(fc.oneof(fc.jsonValue(), small, fc.dictionary(word, small)), (value) => settled(schema, value)),
        { numRuns: 50 },
      );
    },
  );
});
