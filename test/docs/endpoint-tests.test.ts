import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ENDPOINT_TESTS, endpointTestSchema } from '#domain/endpoint-tests/registry';
import { longestRunMs } from '#domain/endpoint-tests/session';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../fakes/data-run.ts';
import { loadMachine } from '../statemachines/load-machine.ts';

const page = readFileSync('docs/endpoint-tests.md', 'utf8');
const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(
  ([, yaml = '']) => parse(yaml) as Record<string, never>,
);

it('has a row for each kind, in the order of the ladder', () => {
  const [, table = ''] = page.split('|---|---|---|');
  const rows = [...(table.split('\n\n', 1)[0]?.matchAll(/^\| `([a-z]+)` \|/gm) ?? [])].map(([, kind]) => kind);
  expect(rows).toEqual(ENDPOINT_TESTS.map(({ name }) => name));
});

it('has examples that a pipeline and the table take', () => {
  const [declared, ...tests] = examples;
  const dataset = declared?.['dataset'] as { columns: Record<string, unknown> } | undefined;
  expect(pipelineSchema.safeParse(smallPipeline({ columns: dataset?.columns ?? {} })).error).toBeUndefined();
  expect(tests).toHaveLength(2);
  for (const test of tests) expect(endpointTestSchema.safeParse(test).error).toBeUndefined();
});

it('gives RunEndpointTest the time that its longest test takes, and the state a bit more', () => {
  const functions = parse(readFileSync('resources/functions.yml', 'utf8'), { logLevel: 'error' }) as Record<
    string,
    { timeout: number }
  >;
  const { timeout = 0 } = functions['runEndpointTest'] ?? {};
  const { States } = loadMachine('test-endpoint') as never as {
    States: { RunEndpointTests: { ItemProcessor: { States: { RunEndpointTest: { TimeoutSeconds: number } } } } };
  };
  // the last request is answered within a minute, or given up
  expect(timeout).toBeGreaterThanOrEqual(longestRunMs / 1000 + 65 + 30);
  expect(page).toContain(`(${timeout} s)`);
  expect(States.RunEndpointTests.ItemProcessor.States.RunEndpointTest.TimeoutSeconds).toBeGreaterThan(timeout);
});
