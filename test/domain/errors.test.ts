import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as errors from '#domain/errors';

const { TidegateError, ...leaves } = errors;
const policies = parse(readFileSync(new URL('../../statemachines/policies.yml', import.meta.url), 'utf8')) as {
  readonly retriers: readonly { readonly ErrorEquals: readonly string[] }[];
};

describe.each(Object.entries(leaves))('%s', (name, Leaf) => {
  it('bears its class name, which state machines match, and keeps message and cause', () => {
    const cause = new Error('underneath');
    const error = new Leaf('what to do', { cause });
    expect(error).toBeInstanceOf(TidegateError);
    expect(error).toMatchObject({ name, message: 'what to do', cause });
  });

  it('says whether trying again may help, as the state machines do', () => {
    const { retryable } = new Leaf('');
    const retried = policies.retriers.some(({ ErrorEquals }) => ErrorEquals.includes(name));
    expect(retried).toBe(retryable);
  });
});

it('cuts a message, whatever went into it', () => {
  const error = new errors.SchemaMismatchError(`a.csv: ${'x'.repeat(100_000)}`);
  expect(error.message).toHaveLength(4000);
  expect(error.message).toMatch(/^a\.csv: x+…$/);
});
