const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A key or a text of UBJSON (Universal Binary JSON, Draft 12): its length as 64 bits, then its bytes. */
function ubjText(text: string): Buffer {
  const length = Buffer.alloc(9);
  length.write('L', 'latin1');
  length.writeBigInt64BE(BigInt(text.length), 1);
  return Buffer.concat([length, ascii(text)]);
}

/** The first number that a document of XGBoost has below a key. All of them are written as texts. */
function ubjNumber(model: Buffer, key: string): number | undefined {
  const start = Buffer.concat([ubjText(key), ascii('SL')]);
  const at = model.indexOf(start);
  if (at < 0) return undefined;
  const from = at + start.length;
  if (from + 8 > model.length) return undefined;
  const length = Number(model.readBigInt64BE(from));
  const text = model.toString('latin1', from + 8, from + 8 + Math.min(length, 20));
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function jsonNumber(model: Buffer, key: string): number | undefined {
  const at = model.indexOf(`"${key}":"`);
  const found = at < 0 ? null : /^"\w+":"(\d+)"/.exec(model.toString('latin1', at, at + key.length + 30));
  return found === null ? undefined : Number(found[1]);
}

type Shape = readonly [trees: number | undefined, perRound: number | undefined, classes: number | undefined];

/**
 * The binary format of versions before 2.1: `binf`, 136 bytes about the learner with the number of classes in the third word, the names
 * of objective and booster, then the number of trees and how many of them a round grows (dmlc/xgboost 1.7, `src/learner.cc` and
 * `src/gbm/gbtree_model.h`).
 */
function binaryShape(model: Buffer): Shape {
  const learner = 4;
  let at = learner + 136;
  for (let name = 0; name < 2; name++) {
    if (at + 8 > model.length) return [undefined, undefined, undefined];
    const length = Number(model.readBigUInt64LE(at));
    if (name === 1 && model.toString('latin1', at + 8, at + 8 + Math.min(length, 10)) !== 'gbtree')
      return [undefined, undefined, undefined];
    at += 8 + length;
  }
  if (at + 8 > model.length) return [undefined, undefined, undefined];
  return [model.readInt32LE(at), model.readInt32LE(at + 4), model.readInt32LE(learner + 8)];
}

function shapeOf(model: Buffer): Shape {
  const start = model.toString('latin1', 0, 4);
  if (start === 'binf') return binaryShape(model);
  const number = start.startsWith('{L') ? ubjNumber : start.startsWith('{"') ? jsonNumber : undefined;
  return [
    number?.(model, 'num_trees'),
    // absent in files of some versions, which grow one
    number?.(model, 'num_parallel_tree') ?? 1,
    number?.(model, 'num_class') ?? 0,
  ];
}

/**
 * The boosting rounds of a model file of XGBoost, in each of its formats: UBJSON and JSON (XGBoost documentation, "Introduction to
 * Model IO") and the former binary format. Undefined for another file: a pickle, for one, which the container wrote before version
 * 1.3-1.
 */
export function modelLength(bytes: Uint8Array): number | undefined {
  const model = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [trees = 0, perRound = 0, classes = 0] = shapeOf(model);
  const rounds = trees / (Math.max(perRound, 1) * Math.max(classes, 1));
  return Number.isInteger(rounds) && rounds > 0 ? rounds : undefined;
}
