import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AslCase, runAslCase } from '#src/stepfunctions/conformance';

const folder = resolve(
  process.env['CONFORMANCE_DIR'] ?? join(import.meta.dirname, '../../../../../shared/conformance'),
);
const isCase = (value: unknown): value is AslCase =>
  typeof value === 'object' && value !== null && 'definition' in value && 'input' in value && 'expected' in value;

const cases = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => {
        const content: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
        return Array.isArray(content) ? content.filter(isCase) : [];
      })
  : [];

describe.skipIf(cases.length === 0)(`executions recorded from AWS (folder ${folder}, skipped when missing)`, () => {
  it.each(cases)('runs $id as AWS did', async (recorded) => {
    expect(await runAslCase(recorded)).toEqual([]);
  });
});

describe('the comparison with recordings', () => {
  const recorded: AslCase = {
    id: 'pass',
    definition: '{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}',
    input: '{"a":1}',
    expected: { type: 'ExecutionSucceeded', output: { a: 1 }, outputDetails: { truncated: false } },
  };

  it('accepts an execution that ends as recorded', async () => {
    expect(await runAslCase(recorded)).toEqual([]);
  });

  it('names what differs from the recorded end', async () => {
    const wrong: AslCase = { ...recorded, expected: { ...recorded.expected, output: { a: 2 } } };
    expect(await runAslCase(wrong)).toEqual(['last event/output/a: expected 2, got 1']);
  });

  it('names an event that AWS did not write', async () => {
    const events = [{ id: 1, previousEventId: 0, type: 'ExecutionStarted', timestamp: 'timestamp' }];
    expect((await runAslCase({ ...recorded, events }))[0]).toContain('event types');
  });
});
