import { describe, expect, it } from 'vitest';
import type { Suspicion } from '#domain/detectors/examine-column';
import type { ReadColumn } from '#domain/profiling/label';
import { isDated, proposeRoles } from '#domain/profiling/roles';
import { columnOf, type Described, numbered } from './a-column.ts';

const suspicion = (column: string, kind: string, plural = `${kind}s`): Suspicion => ({
  column,
  kind,
  plural,
  by: 'values',
  examined: 100,
  found: 97,
  share: 0.97,
  examples: ['j***'],
});
const label = columnOf({ name: 'y', values: { 0: 50, 1: 50 } });
const rolesOf = (columns: readonly ReadColumn[], suspicions: readonly Suspicion[] = []) =>
  proposeRoles([...columns, label], 'y', suspicions);
const roleOf = (described: Described, suspicions: readonly Suspicion[] = []) => {
  const [role] = rolesOf([columnOf(described)], suspicions);
  return role;
};
const iso = (read: number) => [{ settings: {}, read }];
const days = (count: number) => numbered(count, (i) => `2020-01-${i}`);

describe('the role of a column', () => {
  it('is the label where it is the label', () => {
    expect(rolesOf([])).toEqual([{ name: 'y', use: 'label', spec: {}, because: '' }]);
  });

  it('is a model input by its kind', () => {
    expect(roleOf({ name: 'n', values: { 1: 5, 2: 5 } })).toEqual({
      name: 'n',
      use: 'column',
      spec: { role: 'feature', type: 'number' },
      because: 'whole numbers, 2 different',
    });
    expect(roleOf({ name: 'n', values: { 1: 5, 2: 4 }, rows: 10 })).toMatchObject({
      spec: { impute: 'median', indicator: true },
      because: 'whole numbers, 2 different, 10 % missing',
    });
    expect(roleOf({ name: 'b', values: { yes: 5, no: 5 } })).toMatchObject({ spec: { type: 'boolean' } });
    expect(roleOf({ name: 'k', values: { red: 5, blue: 5 } })).toMatchObject({
      spec: { role: 'feature', type: 'category' },
    });
    expect(roleOf({ name: 'k', values: { red: 5 } })).toMatchObject({
      because: '1 different texts; always the same: no model input until it varies',
    });
  });

  it('reads a number and a date as the file writes them', () => {
    expect(roleOf({ name: 'n', values: { '1,5': 5, '2,5': 5 }, notation: 7 })).toMatchObject({
      spec: { numbers: { thousands: ',', currency: true, negatives: ['parentheses'] } },
    });
    expect(roleOf({ name: 'n', values: { '1,5': 5, '2,5': 5 }, notation: 2 })).toMatchObject({
      spec: { numbers: { decimal: ',', thousands: '.' } },
    });
    expect(roleOf({ name: 'n', values: { '1,5%': 5, '2,5%': 5 }, notation: 6 })).toMatchObject({
      spec: { numbers: { decimal: ',', percent: true } },
    });
    const values = { 1: 20, 2: 20, 3: 20, 4: 20, 5: 20, '-999': 5, NA: 2 };
    expect(roleOf({ name: 'n', values, words: ['NA'] })).toMatchObject({ spec: { nullValues: ['', 'NA', -999] } });
    const due = { name: 'due', values: days(30) };
    expect(roleOf({ ...due, dates: iso(30) })).toMatchObject({
      spec: { role: 'feature', type: 'datetime', parts: ['year', 'month', 'dayOfWeek'] },
    });
    const short = [{ settings: { format: '%d/%m/%y', pivot: 1927 }, read: 30 }];
    expect(roleOf({ ...due, dates: short })).toMatchObject({ spec: { format: '%d/%m/%y', pivot: 1927 } });
  });

  it('counts many categories by their mean label', () => {
    const values = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, 3]));
    expect(roleOf({ name: 'k', values })).toMatchObject({
      spec: { encode: 'target' },
      because: '60 different texts; so many count by their mean label',
    });
    const few = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 3]));
    expect(roleOf({ name: 'k', values: few })?.spec).toEqual({ role: 'feature', type: 'category' });
  });

  it('is unread where it has no value, or names the row', () => {
    expect(roleOf({ name: 'k', values: {}, rows: 5 })).toMatchObject({ spec: { role: 'ignore' } });
    expect(roleOf({ name: 'k', values: numbered(60, (i) => `k${i}`) })).toMatchObject({
      spec: { role: 'ignore' },
      because: '100 % of its values occur once: it names the row',
    });
    expect(roleOf({ name: 'Unnamed: 0', values: numbered(60, String) })).toMatchObject({
      spec: { role: 'ignore' },
      because: 'a running number: it names the row',
    });
    expect(roleOf({ name: 'x', values: { 1: 1, 900: 1 } })).toMatchObject({ spec: { role: 'feature' } });
  });

  it('is a redacted text where it is free text, and a model input unless something personal was found', () => {
    const values = numbered(30, (i) => `the customer called ${i}`);
    expect(roleOf({ name: 't', values, meanWords: 5 })?.spec).toEqual({
      role: 'text',
      action: 'redact',
      feature: { type: 'text' },
    });
    expect(roleOf({ name: 't', values, meanWords: 5 }, [suspicion('t', 'email')])).toMatchObject({
      spec: { role: 'text', action: 'redact' },
      because: 'free text; looks like emails in 97 % of 100 values (j***); no model input',
      doubt: expect.stringContaining('feature: { type: text }'),
    });
    const address = { ...suspicion('address', 'address'), by: 'name' as const };
    expect(roleOf({ name: 'address', values, meanWords: 5 }, [address])?.spec).toEqual({ role: 'pii', action: 'drop' });
  });

  it('is personal where its values or its name say so', () => {
    expect(roleOf({ name: 'mail', values: { a: 3, b: 4 } }, [suspicion('mail', 'email')])).toMatchObject({
      spec: { role: 'pii', action: 'drop' },
    });
    expect(
      roleOf({ name: 'born', values: days(30), dates: iso(30) }, [suspicion('born', 'date-of-birth')]),
    ).toMatchObject({
      spec: { role: 'quasi', action: 'generalize', truncateTo: 'year' },
    });
    expect(roleOf({ name: 'Password', values: { a: 3, b: 4 } })).toMatchObject({
      spec: { role: 'pii', action: 'drop' },
    });
    expect(roleOf({ name: 'Name', values: { a: 3, b: 4 } })).toMatchObject({
      spec: { role: 'pii', action: 'drop' },
      doubt: 'if it names something else, it may be a feature',
    });
    expect(roleOf({ name: 'zipCode', values: numbered(9, (i) => `1000${i}`) })).toMatchObject({
      spec: { role: 'quasi', action: 'generalize', keepFirst: 3 },
    });
    expect(roleOf({ name: 'sex', values: { male: 3, female: 4 } })).toMatchObject({
      spec: { role: 'feature' },
      doubt: expect.stringContaining('protected attribute'),
    });
    expect(roleOf({ name: 'k', values: { a: 3, b: 4 } }, [suspicion('k', 'unique')])).toMatchObject({
      spec: { role: 'feature' },
    });
  });

  it('is the id where it names a subject, by name and values', () => {
    expect(roleOf({ name: 'customer_id', values: numbered(60, (i) => `c${i}`) })).toMatchObject({
      use: 'id',
      because: 'each row has its own',
    });
    const twice = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`c${i}`, 2]));
    expect(roleOf({ name: 'customerId', values: twice })).toMatchObject({
      use: 'id',
      because: '20 of them; rows of one stay on one side of the split',
    });
    expect(roleOf({ name: 'account_no', values: twice })).toMatchObject({ use: 'column' });
    // a length is no name, though each row has its own
    expect(roleOf({ name: 'Account Length', values: numbered(60, (i) => String(i)) })).toMatchObject({ use: 'column' });
    expect(roleOf({ name: 'plan_id', values: { a: 900, b: 900 } })).toMatchObject({ use: 'column' });
    expect(roleOf({ name: 'the_id', values: { ...numbered(60, String), '?': 1 }, words: ['?'] })).toMatchObject({
      use: 'column',
    });
    expect(roleOf({ name: 'the_id', values: { 1.5: 60, 2.5: 60 }, distinct: 99 })).toMatchObject({ use: 'column' });
    expect(roleOf({ name: 'ssn_id', values: numbered(60, String) })).toMatchObject({ spec: { role: 'pii' } });
    const both = rolesOf([
      columnOf({ name: 'shop_id', values: twice }),
      columnOf({ name: 'order_id', values: numbered(40, (i) => `o${i}`) }),
    ]);
    expect(both.map(({ use }) => use)).toEqual(['column', 'id', 'label']);
  });

  it('is the time where every row has one, by its name first', () => {
    const start = columnOf({ name: 'z', values: days(30), dates: iso(30) });
    const signed = columnOf({ name: 'signed_at', values: days(30), dates: iso(30) });
    const roles = rolesOf([start, signed]);
    expect(roles.map(({ use }) => use)).toEqual(['column', 'time', 'label']);
    expect(isDated([start, signed, label], roles)).toBe(true);
    expect(rolesOf([start]).map(({ use }) => use)).toEqual(['time', 'label']);
    expect(roleOf({ name: 'birthday', values: days(30), dates: iso(30) })).toMatchObject({ use: 'column' });
    expect(roleOf({ name: 'day', values: days(30), dates: iso(30), rows: 40 })).toMatchObject({ use: 'column' });
    const few = columnOf({ name: 'day', values: days(5), dates: iso(5) });
    expect(isDated([few], rolesOf([few]))).toBe(false);
    expect(isDated([], roles)).toBe(false);
    const unclear = { name: 'day', values: days(30), dates: [{ settings: { format: '%y', pivot: 1927 }, read: 30 }] };
    expect(roleOf(unclear)).toMatchObject({
      use: 'time',
      spec: { pivot: 1927 },
      doubt: expect.stringContaining('1927'),
    });
  });
});
