import { ModelFileError } from '#domain/trees/model-file-error';
import type { TreeModel } from '#domain/trees/tree-model';
import { readBinary } from './binary.ts';
import { readDocument } from './document.ts';
import { readUbjson } from './ubjson.ts';

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new ModelFileError('it is no JSON');
  }
}

/**
 * Reads the trees of a model file of XGBoost, in each of its formats: UBJSON, JSON and the former binary format.
 *
 * @throws ModelFileError for another file (a pickle, which the container wrote before version 1.3-1), and for a model that is not made
 *   of trees with one number a leaf
 */
export function readModel(bytes: Uint8Array): TreeModel {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 4));
  if (start === 'binf') return readBinary(bytes);
  if (/^\{[\s"]/.test(start)) return readDocument(parseJson(bytes));
  if (start.startsWith('{')) return readDocument(readUbjson(bytes));
  throw new ModelFileError('it is in a format that is not known');
}
