import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { describeWarnings } from '#cli/personal-data';
import type { Finding } from '#schemas/records/personal-data';

const finding: Finding = {
  column: 'contact',
  kind: 'email',
  plural: 'e-mail addresses',
  by: 'values',
  examined: 1000,
  found: 970,
  share: 0.97,
  examples: ['j***@***'],
  outcome: 'warned',
};

test('a run says which columns look personal and were let pass', () => {
  const lines = describeWarnings({ findings: [finding, { ...finding, column: 'homepage', outcome: 'allowed' }] });
  expect(lines.map(stripVTControlCharacters)).toEqual([
    'warning: column "contact" looks like e-mail addresses in 97 % of 1,000 values (j***@***)',
  ]);
  expect(describeWarnings(undefined)).toEqual([]);
});
