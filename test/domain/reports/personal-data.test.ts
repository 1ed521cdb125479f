import { describe, expect, it } from 'vitest';
import { personalDataSection } from '#domain/reports/sections/personal-data';
import type { Finding, PersonalData } from '#schemas/records/personal-data';

const finding: Finding = {
  column: 'contact',
  kind: 'email',
  plural: 'e-mail addresses',
  by: 'name',
  examined: 1000,
  found: 970,
  share: 0.97,
  examples: ['j***@***'],
  outcome: 'warned',
};
const record: PersonalData = {
  columns: 3,
  values: 2000,
  findings: [finding],
  anonymity: { columns: ['zip'], rows: 100, groups: 8, k: 4, rowsBelow5: 0.04, l: null, oneLabel: null },
  leaks: { columns: 4, values: 9000, findings: [{ ...finding, column: 'note', by: 'values', outcome: 'allowed' }] },
};
const page = (of: PersonalData | undefined) => personalDataSection(of)?.markup ?? '';

describe('the section on personal data', () => {
  it('shows what was looked at and found, masked, with the outcome', () => {
    for (const word of [
      'contact',
      'e-mail addresses, and its name',
      '97 %',
      'j***@***',
      'warned',
      'note',
      'allowed',
      '9,000',
    ])
      expect(page(record)).toContain(word);
  });

  it('names the columns that rows are not grouped by', () => {
    const words = 'Not grouped by income, whose values differ from subject to subject.';
    const anonymity = { ...(record.anonymity as NonNullable<PersonalData['anonymity']>), perturbed: ['income'] };
    expect(page({ ...record, anonymity })).toContain(words);
    expect(page(record)).not.toContain('Not grouped by');
  });

  it('shows the anonymity of the rows', () => {
    expect(page(record)).toContain('Groups by zip');
    expect(page(record)).toContain('k-anonymity');
    expect(page({ ...record, anonymity: null })).not.toContain('k-anonymity');
  });

  it('has no table without findings, and is left out without a record', () => {
    expect(page({ ...record, findings: [], leaks: undefined })).not.toContain('<table>');
    expect(page(undefined)).toBe('');
  });
});
