import { unreachable } from '#domain/unreachable';

/** One regression tree as parallel arrays, a number a node. Node 0 is the root. */
export interface Tree {
  /** The sum that the tree adds to: the class of a multiclass model, else 0. */
  readonly group: number;
  /** The node below on the left; -1 for a leaf. */
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  /** The model input that a node asks for. */
  readonly feature: ArrayLike<number>;
  /** Rows whose input is less go left. Compared as 32-bit floats. A leaf has 0. */
  readonly threshold: ArrayLike<number>;
  /** 1 where rows without the input go left, else 0. */
  readonly missingLeft: ArrayLike<number>;
  /** What a leaf adds; a node that is no leaf has 0. */
  readonly value: ArrayLike<number>;
  /** How much of the training data reached the node (sum of the second derivatives of the loss). */
  readonly cover: ArrayLike<number>;
}

/** How a sum of trees becomes a score. */
export type Link = 'identity' | 'logistic' | 'log' | 'softmax';

/** A sum of trees: what gradient boosting and random forests learn. */
export interface TreeModel {
  readonly link: Link;
  /** The sum before the first tree, by group. */
  readonly base: readonly number[];
  readonly trees: readonly Tree[];
}

/** The node below that a row goes to. @param value the row's input; NaN is missing */
export const childOf = ({ left, right, threshold, missingLeft }: Tree, node: number, value: number): number => {
  const goesLeft = Number.isNaN(value) ? missingLeft[node] === 1 : Math.fround(value) < (threshold[node] as number);
  return (goesLeft ? left[node] : right[node]) as number;
};

/** The leaf that a row reaches. @param row one number a model input; NaN is missing */
export function leafOf(tree: Tree, row: ArrayLike<number>): number {
  let node = 0;
  while (tree.left[node] !== -1) node = childOf(tree, node, row[tree.feature[node] as number] as number);
  return node;
}

/**
 * The sums of a row by group, before the link.
 *
 * @param row one number a model input, in the order of the training data; NaN is missing
 */
export function marginsOf({ base, trees }: TreeModel, row: ArrayLike<number>): number[] {
  const margins = [...base];
  for (const tree of trees) {
    margins[tree.group] = (margins[tree.group] as number) + (tree.value[leafOf(tree, row)] as number);
  }
  return margins;
}

/** The scores of sums: a probability for each class, or one number. */
export function scoresOf({ link }: Pick<TreeModel, 'link'>, margins: readonly number[]): number[] {
  switch (link) {
    case 'identity':
      return [...margins];
    case 'logistic':
      return margins.map((margin) => 1 / (1 + Math.exp(-margin)));
    case 'log':
      return margins.map(Math.exp);
    case 'softmax': {
      const most = Math.max(...margins);
      const powers = margins.map((margin) => Math.exp(margin - most));
      const sum = powers.reduce((total, power) => total + power, 0);
      return powers.map((power) => power / sum);
    }
    default:
      return unreachable(link, 'link');
  }
}
