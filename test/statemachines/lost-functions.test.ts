import { readdirSync } from 'node:fs';
import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { loadMachine } from './load-machine.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, State>> };
}

const machines = readdirSync(new URL('../../statemachines', import.meta.url)).map((file) =>
  file.replace('.asl.yml', ''),
);
/** How Step Functions names a function that ended without an answer: killed, crashed, out of time. */
const lost = ['Lambda.Unknown', 'Runtime.ExitError', 'Sandbox.Timedout'];

const functionTasks = (states: Readonly<Record<string, State>>): [string, State][] =>
  Object.entries(states).flatMap(([name, state]) => [
    ...(state.Resource?.includes(':function:') ? ([[name, state]] as [string, State][]) : []),
    ...functionTasks(state.ItemProcessor?.States ?? {}),
  ]);

describe.each(machines)('the %s machine', (name) => {
  const tasks = functionTasks((loadMachine(name) as { States: Record<string, State> }).States);

  it('asks again for a function that crashed, since every function may be asked twice', () => {
    expect(tasks.length).toBeGreaterThan(0);
    for (const [task, { Retry = [] }] of tasks) {
      for (const error of lost)
        expect(
          Retry.some(({ ErrorEquals }) => ErrorEquals.includes(error)),
          `${task} on ${error}`,
        ).toBe(true);
    }
  });
});

it.each(lost)('gives up on a function that ends in %s three times', async (error) => {
  let asked = 0;
  const { status } = await runDefinition({
    definition: loadMachine('recover-run'),
    input: { detail: { executionArn: 'arn:x', status: 'FAILED', input: '{}' } },
    tasks: () => {
      asked += 1;
      throw { error, cause: '' };
    },
  });

  expect({ status, asked }).toEqual({ status: 'FAILED', asked: 3 });
});
