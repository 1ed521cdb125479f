import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { ALARMS, alarmRuleOf, alarmsSchema, alarmsSchemaOf } from '#domain/alarms/registry';
import { clientErrors } from './client-errors.ts';

/** What docs/extend.md adds to the registry. */
const kinds = [...ALARMS, clientErrors] as const;
const watched = {
  endpointName: 'endpoint',
  endpointConfigName: 'new',
  variantName: 'AllTraffic',
  previousConfigName: 'old',
};

it('an added alarm is a limit of the schema and of its JSON Schema', () => {
  expect(alarmsSchema.safeParse({ clientErrors: 5 }).success).toBe(false);
  expect(alarmsSchemaOf(kinds).parse({ clientErrors: 5, errors: 1 })).toEqual({ clientErrors: 5, errors: 1 });
  expect(JSON.stringify(z.toJSONSchema(alarmsSchemaOf(kinds), { io: 'input' }))).toContain('refuses with a 4xx');
});

it('an added alarm watches the new fleet', () => {
  expect(alarmRuleOf('clientErrors', 5, watched, kinds)).toMatchObject({
    MetricName: 'Invocation4XXErrors',
    Threshold: 0.05,
  });
});

it('docs/extend.md shows the code that runs here', () => {
  const docs = readFileSync(new URL('../../../docs/extend.md', import.meta.url), 'utf8');
  const code = readFileSync(new URL('./client-errors.ts', import.meta.url), 'utf8');

  expect(docs).toContain(code.trim());
});
