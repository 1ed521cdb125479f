import * as z from 'zod';
import { type PrivacyAction, subjectSetting } from './privacy-action.ts';
import { uniformSql } from './uniform.ts';

const settings = {
  days: z
    .int()
    .min(1)
    .max(3650)
    .meta({
      description: 'The most days by which a date is moved, to and fro. It is never moved by none.',
      examples: [30],
    }),
  subject: subjectSetting,
};

/** SQL of a time moved by a whole number of days other than 0, between `-days` and `days`, from a uniform number. */
const shifted = (v: string, days: number, uniform: string): string => {
  const step = `CAST(floor(u * ${2 * days}) AS INTEGER) - ${days}`;
  // a list of one, so that a random number is drawn once
  return `(${v} + to_days(list_transform([${uniform}], lambda u: ${step} + (${step} >= 0)::INTEGER)[1]))`;
};

/**
 * A date is moved by a number of days that depends on whose it is: intervals between dates of one subject survive, in all columns and
 * drops (Hripcsak et al. 2016, "Preserving temporal relations in clinical data while maintaining privacy").
 */
export const dateShift = {
  name: 'dateShift',
  label: 'shifted',
  summary:
    'The date is moved by days that are the same for all dates of one subject, so intervals survive. A request is moved at random.',
  roles: ['quasi'],
  settings,
  example: { role: 'quasi', action: 'dateShift', days: 30, feature: { type: 'datetime', parts: ['month'] } },
  clean: ({ days }) => ({
    kind: 'datetime',
    needsSubject: true,
    movedDays: days,
    sql: (v, subject = 'NULL') => shifted(v, days, uniformSql(`'shift:' || ${subject}`)),
    online: (v) => shifted(v, days, 'random()'),
  }),
} as const satisfies PrivacyAction<typeof settings>;
