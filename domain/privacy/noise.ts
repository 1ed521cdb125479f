import * as z from 'zod';
import { double } from '#domain/sql/literals';
import { type PrivacyAction, subjectSetting } from './privacy-action.ts';
import { uniformSql } from './uniform.ts';

const settings = {
  scale: z
    .number()
    .positive()
    .meta({
      description:
        'The spread, in units of the column: b of Laplace, whose standard deviation is 1.41 b, or the standard deviation of Gauss.',
      examples: [500],
    }),
  distribution: z
    .enum(['laplace', 'gaussian'])
    .default('laplace')
    .meta({ description: 'How the noise is distributed, around 0.', examples: ['gaussian'] }),
  subject: subjectSetting,
};

/** SQL of noise from two uniform numbers in (0, 1): the inverse of Laplace's distribution, or Box and Muller 1958. */
function noiseSql(
  { scale, distribution }: Pick<z.output<z.ZodObject<typeof settings>>, 'scale' | 'distribution'>,
  first: string,
  second: string,
): string {
  switch (distribution) {
    case 'laplace':
      return `${double(-scale)} * sign(${first} - 0.5) * ln(greatest(1e-300, 1 - 2 * abs(${first} - 0.5)))`;
    case 'gaussian':
      return `${double(scale)} * sqrt(-2 * ln(${first})) * cos(2 * pi() * ${second})`;
  }
}

/** Noise is added to a number. Where that changes nothing, because the scale is far too small, the value goes missing. */
const noisy = (v: string, noise: string): string => `nullif(${v} + ${noise}, ${v})`;

/** A number gets noise with a stated spread. */
export const noise = {
  name: 'noise',
  label: 'given noise',
  summary:
    'Noise of a stated scale is added. The same value of one subject always gets the same noise, so repeating it reveals nothing. A request gets fresh noise.',
  roles: ['quasi'],
  settings,
  example: { role: 'quasi', action: 'noise', scale: 500, feature: { type: 'number' } },
  clean: (own) => ({
    kind: 'number',
    needsSubject: true,
    sql: (v, subject = 'NULL') => {
      const of = `'noise:' || ${subject} || ':' || CAST(${v} AS VARCHAR)`;
      return noisy(v, noiseSql(own, uniformSql(of, 0), uniformSql(of, 1)));
    },
    // a random number may be 0, of which there is no logarithm
    online: (v) => noisy(v, noiseSql(own, 'greatest(1e-17, random())', 'random()')),
  }),
} as const satisfies PrivacyAction<typeof settings>;
