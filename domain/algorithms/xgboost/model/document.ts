import * as z from 'zod';
import { ModelFileError } from '#domain/trees/model-file-error';
import type { Tree, TreeModel } from '#domain/trees/tree-model';
import { baseMargin, linkOf } from './link.ts';

const numbers = z.custom<ArrayLike<number>>(
  (value) => value instanceof Float64Array || (Array.isArray(value) && value.every((one) => typeof one === 'number')),
);

/** A tree as XGBoost writes it (XGBoost documentation, "Introduction to Model IO", JSON schema). */
const treeSchema = z.object({
  left_children: numbers,
  right_children: numbers,
  split_indices: numbers,
  split_conditions: numbers,
  default_left: z.union([numbers, z.array(z.boolean()).transform((all) => all.map(Number))]),
  sum_hessian: numbers,
  split_type: numbers.optional(),
  tree_param: z.object({ size_leaf_vector: z.string().optional() }),
});

const forestSchema = z.object({ tree_info: numbers, trees: z.array(treeSchema) });

const boosterSchema = z.union([
  z.object({ name: z.literal('gbtree'), model: forestSchema }),
  z.object({
    name: z.literal('dart'),
    gbtree: z.object({ model: forestSchema }),
    weight_drop: numbers,
  }),
]);

const modelSchema = z.object({
  learner: z.object({
    learner_model_param: z.object({ base_score: z.string(), num_class: z.string() }),
    objective: z.object({ name: z.string() }),
    gradient_booster: z.unknown(),
  }),
});

/** @param scale what `dart` weighs the tree with */
function readTree(written: z.output<typeof treeSchema>, group: number, scale: number): Tree {
  const { left_children: left, right_children: right, split_conditions: conditions } = written;
  if (Array.from(written.split_type ?? []).some((type) => type !== 0))
    throw new ModelFileError('it splits by sets of categories');
  if (!['0', '1', undefined].includes(written.tree_param.size_leaf_vector))
    throw new ModelFileError('its trees answer several numbers each');
  const leaf = (node: number): boolean => left[node] === -1;
  return {
    group,
    left,
    right,
    feature: written.split_indices,
    // JSON has them as decimals: in 32 bits they are again what rows are compared with
    threshold: Array.from(conditions, (condition, node) => (leaf(node) ? 0 : Math.fround(condition))),
    missingLeft: written.default_left,
    value: Array.from(conditions, (condition, node) => (leaf(node) ? Math.fround(condition) * scale : 0)),
    cover: Array.from(written.sum_hessian, Math.fround),
  };
}

/**
 * Reads what XGBoost 1.0 and later write as JSON or UBJSON.
 *
 * @throws ModelFileError for a model of another kind than trees
 */
export function readDocument(document: unknown): TreeModel {
  const parsed = modelSchema.safeParse(document);
  if (!parsed.success) throw new ModelFileError('it is no model of XGBoost');
  const { learner_model_param: learner, objective, gradient_booster: written } = parsed.data.learner;
  const booster = boosterSchema.safeParse(written).data;
  if (!booster) throw new ModelFileError('it is not made of trees');
  const { trees, tree_info: groups } = booster.name === 'gbtree' ? booster.model : booster.gbtree.model;
  const link = linkOf(objective.name);
  const count = Math.max(1, Number(learner.num_class));
  // one score for all classes, or since 3.1 a list with one for each: `5E-1`, `[5E-1]`, `[1E-1,2E-1,7E-1]`
  const scores = learner.base_score
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map(Number);
  return {
    link,
    base: Array.from({ length: count }, (_, group) =>
      baseMargin(objective.name, scores[group] ?? (scores[0] as number)),
    ),
    trees: trees.map((tree, i) =>
      readTree(tree, groups[i] as number, booster.name === 'dart' ? (booster.weight_drop[i] as number) : 1),
    ),
  };
}
