import { expect, it } from 'vitest';
import { dateForms, likelyForms } from '#domain/profiling/column-facts';

const formsOf = (...values: string[]) =>
  likelyForms(
    values.map((value) => ({ value, count: 1 })),
    dateForms(1927),
  ).map(({ format }) => format);

it('tries the forms of dates that read the frequent texts, and no other', () => {
  expect(formsOf('31.12.2024', '1.2.2024')).toEqual(['%d.%m.%Y']);
  expect(formsOf('12/31/2024 1:30 PM')).toEqual(['%d/%m/%Y %I:%M %p', '%m/%d/%Y %I:%M %p']);
  expect(formsOf('2024-12-31T10:00:00Z')).toEqual([undefined]);
  expect(formsOf('Jan 5, 2024')).toEqual(['%b %d, %Y', '%B %d, %Y']);
  expect(formsOf('red')).toEqual([]);
  expect(formsOf()).toEqual([]);
});
