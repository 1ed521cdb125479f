import { childOf, type Tree, type TreeModel } from './tree-model.ts';

/**
 * The path from the root to a node, one element a model input on it: what share of the training rows goes on without knowing the input
 * (`zero`), whether the row itself goes on (`one`), and the weight of the subsets of each size (`weight`). The elements of a node are
 * `depth + 1` numbers from `start` on; each level of the recursion copies its parent's behind them.
 */
interface Paths {
  readonly feature: Int32Array;
  readonly zero: Float64Array;
  readonly one: Float64Array;
  readonly weight: Float64Array;
}

/** Paths of a tree of this depth: a node copies at most `depth + 1` elements, and one that lies above it fewer. */
function makePaths(depth: number): Paths {
  const size = ((depth + 2) * (depth + 3)) / 2;
  return {
    feature: new Int32Array(size),
    zero: new Float64Array(size),
    one: new Float64Array(size),
    weight: new Float64Array(size),
  };
}

/** Adds an input to a path (EXTEND). */
function extend(paths: Paths, start: number, depth: number, zero: number, one: number, feature: number): void {
  const { weight } = paths;
  paths.feature[start + depth] = feature;
  paths.zero[start + depth] = zero;
  paths.one[start + depth] = one;
  weight[start + depth] = depth === 0 ? 1 : 0;
  for (let i = depth - 1; i >= 0; i--) {
    const own = weight[start + i] as number;
    weight[start + i + 1] = (weight[start + i + 1] as number) + (one * own * (i + 1)) / (depth + 1);
    weight[start + i] = (zero * own * (depth - i)) / (depth + 1);
  }
}

/** Takes an input out of a path again (UNWIND). */
function unwind(paths: Paths, start: number, depth: number, at: number): void {
  const { feature, zero, one, weight } = paths;
  const hot = one[start + at] as number;
  const cold = zero[start + at] as number;
  let next = weight[start + depth] as number;
  for (let i = depth - 1; i >= 0; i--) {
    const own = weight[start + i] as number;
    if (hot !== 0) {
      weight[start + i] = (next * (depth + 1)) / ((i + 1) * hot);
      next = own - ((weight[start + i] as number) * cold * (depth - i)) / (depth + 1);
    } else {
      weight[start + i] = (own * (depth + 1)) / (cold * (depth - i));
    }
  }
  for (let i = at; i < depth; i++) {
    feature[start + i] = feature[start + i + 1] as number;
    zero[start + i] = zero[start + i + 1] as number;
    one[start + i] = one[start + i + 1] as number;
  }
}

/** The sum of the weights of a path without an input. */
function unwoundSum({ zero, one, weight }: Paths, start: number, depth: number, at: number): number {
  const hot = one[start + at] as number;
  const cold = zero[start + at] as number;
  let next = weight[start + depth] as number;
  let total = 0;
  for (let i = depth - 1; i >= 0; i--) {
    const own = weight[start + i] as number;
    if (hot !== 0) {
      const part = (next * (depth + 1)) / ((i + 1) * hot);
      total += part;
      next = own - (part * cold * (depth - i)) / (depth + 1);
    } else if (cold !== 0) {
      total += (own * (depth + 1)) / (cold * (depth - i));
    }
  }
  return total;
}

/** Levels below the root. */
export function depthOf({ left, right }: Pick<Tree, 'left' | 'right'>): number {
  let deepest = 0;
  const open: [node: number, level: number][] = [[0, 0]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [node, level] = next;
    deepest = Math.max(deepest, level);
    if (left[node] !== -1) open.push([left[node] as number, level + 1], [right[node] as number, level + 1]);
  }
  return deepest;
}

/** Adds what each model input contributes to the answer of one tree. */
function explainTree(tree: Tree, row: ArrayLike<number>, paths: Paths, add: (feature: number, part: number) => void) {
  const { left, right, feature, value, cover } = tree;
  const visit = (node: number, before: number, length: number, zero: number, one: number, asked: number): void => {
    const start = before + length;
    for (let i = 0; i < length; i++) {
      paths.feature[start + i] = paths.feature[before + i] as number;
      paths.zero[start + i] = paths.zero[before + i] as number;
      paths.one[start + i] = paths.one[before + i] as number;
      paths.weight[start + i] = paths.weight[before + i] as number;
    }
    extend(paths, start, length, zero, one, asked);
    let depth = length;
    if (left[node] === -1) {
      const leaf = value[node] as number;
      for (let i = 1; i <= depth; i++) {
        const share =
          unwoundSum(paths, start, depth, i) * ((paths.one[start + i] as number) - (paths.zero[start + i] as number));
        add(paths.feature[start + i] as number, share * leaf);
      }
      return;
    }
    const own = feature[node] as number;
    const hot = childOf(tree, node, row[own] as number);
    const cold = (hot === left[node] ? right[node] : left[node]) as number;
    let [knownZero, knownOne] = [1, 1];
    for (let i = 1; i <= depth; i++) {
      if (paths.feature[start + i] !== own) continue;
      knownZero = paths.zero[start + i] as number;
      knownOne = paths.one[start + i] as number;
      unwind(paths, start, depth, i);
      depth--;
      break;
    }
    const share = (child: number) => ((cover[child] as number) / (cover[node] as number)) * knownZero;
    visit(hot, start, depth + 1, share(hot), knownOne, own);
    visit(cold, start, depth + 1, share(cold), 0, own);
  };
  visit(0, 0, 0, 1, 1, -1);
}

/** What a tree answers on average over its training rows. */
function meanOf({ left, right, value, cover }: Tree): number {
  const mean = (node: number): number => {
    if (left[node] === -1) return value[node] as number;
    const [a, b] = [left[node] as number, right[node] as number];
    return ((cover[a] as number) * mean(a) + (cover[b] as number) * mean(b)) / (cover[node] as number);
  };
  return mean(0);
}

/** Shapley values of one row, by group. */
export interface Contributions {
  /** What the model answers on average over its training rows, before the link. */
  readonly expected: number;
  /** What each model input adds to it. The sum of all is the row's margin. */
  readonly parts: Float64Array;
}

/**
 * Prepares the explanation of a model's answers.
 *
 * Exact Shapley values of a sum of trees, where the inputs that a subset leaves out are averaged by how the training rows went through
 * the tree: "path-dependent" TreeSHAP, algorithm 2 of Lundberg, Erion & Lee 2018, "Consistent individualized feature attribution for
 * tree ensembles" (arXiv:1802.03888), and what XGBoost answers with `pred_contribs=True`. A row costs O(leaves x depth^2) a tree.
 *
 * @param width the number of model inputs
 * @returns a function that explains a row: for each group of the model, the contributions of the inputs, before the link
 *
 * @example
 *   const [{ expected, parts }] = treeExplainer(model, 2)([1.5, Number.NaN]);
 *   expected + parts[0] + parts[1]; // the row's margin
 */
export function treeExplainer(model: TreeModel, width: number): (row: ArrayLike<number>) => Contributions[] {
  const paths = makePaths(model.trees.reduce((deepest, tree) => Math.max(deepest, depthOf(tree)), 0));
  const expected = [...model.base];
  for (const tree of model.trees) expected[tree.group] = (expected[tree.group] as number) + meanOf(tree);
  return (row) => {
    const parts = model.base.map(() => new Float64Array(width));
    for (const tree of model.trees) {
      const own = parts[tree.group] as Float64Array;
      explainTree(tree, row, paths, (feature, part) => {
        own[feature] = (own[feature] as number) + part;
      });
    }
    return parts.map((own, group) => ({ expected: expected[group] as number, parts: own }));
  };
}
