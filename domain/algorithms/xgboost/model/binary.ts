import { ModelFileError } from '#domain/trees/model-file-error';
import type { Tree, TreeModel } from '#domain/trees/tree-model';
import { baseMargin, linkOf } from './link.ts';

/** Bytes of the structures of the format (dmlc/xgboost 1.7, `src/learner.cc`, `src/gbm/gbtree_model.h`, `include/xgboost/tree_model.h`). */
const sizes = { magic: 4, learner: 136, forest: 160, tree: 148, node: 20, statistics: 16 };

/** Reads numbers and texts one after another, little-endian. */
class Reader {
  readonly #view: DataView;
  #at: number;
  constructor(bytes: Uint8Array, at: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }
  #take(bytes: number): number {
    if (!(bytes >= 0 && this.#at + bytes <= this.#view.byteLength)) throw new ModelFileError('the file ends too early');
    this.#at += bytes;
    return this.#at - bytes;
  }
  /** A structure: its bytes from here on. */
  skip(bytes: number): DataView {
    return new DataView(this.#view.buffer, this.#view.byteOffset + this.#take(bytes), bytes);
  }
  length(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }
  text(): string {
    return new TextDecoder('latin1').decode(this.skip(this.length()));
  }
}

const numbersOf = (view: DataView, count: number, read: (at: number) => number): number[] => {
  const every = view.byteLength / Math.max(count, 1);
  return Array.from({ length: count }, (_, i) => read(i * every));
};

function readTree(reader: Reader): Omit<Tree, 'group'> {
  const count = reader.skip(sizes.tree).getInt32(4, true);
  const nodes = reader.skip(count * sizes.node);
  const statistics = reader.skip(count * sizes.statistics);
  const every = (read: (at: number) => number) => numbersOf(nodes, count, read);
  const left = every((at) => nodes.getInt32(at + 4, true));
  const asked = every((at) => nodes.getUint32(at + 12, true));
  const information = every((at) => nodes.getFloat32(at + 16, true));
  return {
    left,
    right: every((at) => nodes.getInt32(at + 8, true)),
    // the highest bit says where rows without the input go
    feature: asked.map((index) => index & 0x7fffffff),
    missingLeft: asked.map((index) => index >>> 31),
    threshold: information.map((value, node) => (left[node] === -1 ? 0 : value)),
    value: information.map((value, node) => (left[node] === -1 ? value : 0)),
    cover: numbersOf(statistics, count, (at) => statistics.getFloat32(at + 4, true)),
  };
}

/**
 * Reads the binary format of XGBoost before 2.1, in which the container of version 1.7-1 writes its models.
 *
 * @throws ModelFileError for a model of another kind than trees, or a file that ends too early
 */
export function readBinary(bytes: Uint8Array): TreeModel {
  const reader = new Reader(bytes, sizes.magic);
  const learner = reader.skip(sizes.learner);
  const objective = reader.text();
  const booster = reader.text();
  if (booster !== 'gbtree' && booster !== 'dart') throw new ModelFileError('it is not made of trees');
  const link = linkOf(objective);
  const forest = reader.skip(sizes.forest);
  const count = forest.getInt32(0, true);
  const trees = Array.from({ length: count }, () => readTree(reader));
  const groups = reader.skip(count * 4);
  const weights = booster === 'dart' ? reader.skip(reader.length() * 4) : undefined;
  const base = baseMargin(objective, learner.getFloat32(0, true));
  return {
    link,
    base: Array.from({ length: Math.max(1, learner.getInt32(8, true)) }, () => base),
    trees: trees.map((tree, i) => {
      const scale = weights?.getFloat32(i * 4, true) ?? 1;
      return { ...tree, group: groups.getInt32(i * 4, true), value: Array.from(tree.value, (value) => value * scale) };
    }),
  };
}
