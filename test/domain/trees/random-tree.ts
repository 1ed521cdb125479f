import fc from 'fast-check';
import type { Tree } from '#domain/trees/tree-model';

interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly missingLeft: number;
  readonly left: Node;
  readonly right: Node;
}
type Node = { readonly value: number; readonly cover: number } | Split;

/** Nodes as parallel arrays, the root first. */
function flatten(root: Node): Tree {
  const tree = {
    group: 0,
    left: [] as number[],
    right: [] as number[],
    feature: [] as number[],
    threshold: [] as number[],
    missingLeft: [] as number[],
    value: [] as number[],
    cover: [] as number[],
  };
  const add = (node: Node): number => {
    const at = tree.left.push(-1) - 1;
    tree.right.push(-1);
    const isSplit = 'left' in node;
    tree.feature.push(isSplit ? node.feature : 0);
    tree.threshold.push(isSplit ? node.threshold : 0);
    tree.missingLeft.push(isSplit ? node.missingLeft : 0);
    tree.value.push(isSplit ? 0 : node.value);
    tree.cover.push(isSplit ? 0 : node.cover);
    if (isSplit) {
      const [left, right] = [add(node.left), add(node.right)];
      tree.left[at] = left;
      tree.right[at] = right;
      tree.cover[at] = (tree.cover[left] as number) + (tree.cover[right] as number);
    }
    return at;
  };
  add(root);
  return tree;
}

/** A tree of at most four levels over some inputs, with splits at halves. */
export const randomTree = (width: number): fc.Arbitrary<Tree> => {
  const { node } = fc.letrec<{ node: Node; leaf: Node; split: Node }>((tie) => ({
    node: fc.oneof({ maxDepth: 4, depthIdentifier: 'tree' }, tie('leaf'), { arbitrary: tie('split'), weight: 3 }),
    leaf: fc.record({ value: fc.integer({ min: -9, max: 9 }), cover: fc.integer({ min: 1, max: 50 }) }),
    split: fc.record({
      feature: fc.nat({ max: width - 1 }),
      threshold: fc.integer({ min: -3, max: 3 }).map((n) => n + 0.5),
      missingLeft: fc.nat({ max: 1 }),
      left: tie('node'),
      right: tie('node'),
    }),
  }));
  return node.map(flatten);
};

export const treesOfWidth = (width: number): fc.Arbitrary<Tree[]> =>
  fc.array(randomTree(width), { minLength: 1, maxLength: 4 });
