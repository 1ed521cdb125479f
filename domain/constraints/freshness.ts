import * as z from 'zod';
import type { ConstraintKind } from './constraint.ts';
import { ageText, durationMs } from './times.ts';

interface Freshness {
  readonly maxAge: string;
}

const day = durationMs('1d');

export const freshness = {
  name: 'freshness',
  summary: 'The newest time of the rows, in `dataset.time`, is at most this old when the run starts.',
  settings: {
    maxAge: z
      .string()
      .regex(/^[1-9]\d{0,4}[hd]$/, 'hours or days, as 24h or 30d')
      .meta({ description: 'The greatest age of the newest row, in hours or days.', examples: ['24h', '30d'] }),
  },
  example: { maxAge: '30d' },
  problems: (_, { pipeline }) =>
    pipeline.dataset.time === undefined ? [{ setting: 'check', message: 'freshness needs dataset.time' }] : [],
  title: ({ maxAge }) => `newest row ≤ ${maxAge} old`,
  judge({ maxAge }, { facts, startedAt, pipeline }) {
    const { time } = pipeline.dataset;
    const required = `at most ${maxAge} old`;
    const newest = facts.time?.max ?? null;
    if (newest === null) {
      const finding = `no row has a value in "${time}", the column of the time`;
      return { passed: false, measured: 'no time', required, finding, fix: 'Write the times of the rows.' };
    }
    const age = startedAt - Date.parse(newest);
    if (age < -day) {
      return {
        passed: false,
        measured: `${ageText(-age)} ahead`,
        required,
        finding: `the newest row, by "${time}", is ${ageText(-age)} later than the start of the run`,
        fix: 'Correct the times: with a time that has not come yet nobody can say how old the drop is.',
      };
    }
    return {
      passed: age <= durationMs(maxAge),
      measured: `${ageText(age)} old`,
      required,
      finding: `the newest row, by "${time}", was ${ageText(age)} old when the run started`,
      fix: 'Drop newer data, or raise maxAge.',
    };
  },
  suggest({ facts, startedAt }) {
    if (facts.time?.max == null) return [];
    const age = startedAt - Date.parse(facts.time.max);
    // a book that is older than a year, or ahead of the clock, says nothing about the next one
    if (age < -day || age > 365 * day) return [];
    const days = Math.max(7, 2 * Math.ceil(age / day));
    return [{ settings: { maxAge: `${days}d` }, because: `${ageText(Math.max(age, 0))} old here` }];
  },
} as const satisfies ConstraintKind<Freshness>;
