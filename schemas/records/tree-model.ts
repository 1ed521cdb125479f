import * as z from 'zod';

const numbers = z.array(z.number());

/** The trees of a run's model, as `domain/trees/tree-model` describes them: what explains the answers to requests. */
export const treeModelSchema = z.object({
  version: z.literal(1),
  link: z.enum(['identity', 'logistic', 'log', 'softmax']),
  base: numbers.min(1),
  trees: z.array(
    z.object({
      group: z.int().min(0),
      left: numbers,
      right: numbers,
      feature: numbers,
      threshold: numbers,
      missingLeft: numbers,
      value: numbers,
      cover: numbers,
    }),
  ),
});
