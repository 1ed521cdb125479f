import * as z from 'zod';
import { bucketSql, buckets } from '#domain/splits/keys';
import type { SplitStrategy } from '#domain/splits/split-strategy';

export const hashedRuleSchema = z.object({
  strategy: z.literal('hashed'),
  validation: z.int().min(0).describe('the first bucket of the validation rows'),
  test: z.int().min(0).describe('the first bucket of the test rows'),
});
export type HashedRule = z.infer<typeof hashedRuleSchema>;

export const hashed = {
  name: 'hashed',
  summary: 'By a hash of the group alone: nothing is counted, and shares are met on average.',
  example: { strategy: 'hashed', train: 0.8, validation: 0.1, test: 0.1 },
  needsTime: false,
  async divide(query, { groups, shares: { train, validation } }) {
    const [found] = await query('count the groups', `SELECT count(DISTINCT _group) AS groups FROM ${groups}`);
    return {
      rule: {
        strategy: 'hashed',
        validation: Math.round(train * buckets),
        test: Math.round((train + validation) * buckets),
      },
      groups: Number(found?.['groups'] ?? 0),
      mixed: 0,
    };
  },
  sideSql: ({ validation, test }) =>
    `CASE WHEN ${bucketSql('_key')} >= ${test} THEN 'test' WHEN ${bucketSql('_key')} >= ${validation} THEN 'validation' ELSE 'train' END`,
} as const satisfies SplitStrategy<HashedRule>;
