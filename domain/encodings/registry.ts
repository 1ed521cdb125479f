import { findKind } from '#domain/find-kind';
import type { FittedFeature } from '#schemas/records/fitted-transform';
import type { FeatureType } from '#schemas/records/profile';
import { bins } from './bins.ts';
import { boolean } from './boolean.ts';
import { datetime } from './datetime.ts';
import { type Encoding, type FittedFeatureKind, type RowValues, sourcesOf, type Watched } from './encoding.ts';
import { hash } from './hash.ts';
import { INTERACTIONS } from './interactions.ts';
import { number } from './number.ts';
import { onehot } from './onehot.ts';
import { ordinal } from './ordinal.ts';
import { target } from './target.ts';
import { textWords } from './text.ts';

/** All encodings. The first encoding of a type is its default. */
export const ENCODINGS = [number, bins, onehot, ordinal, target, hash, boolean, datetime, textWords] as const;

/** The encoding of a model input. @throws TypeError when its type has no encoding of this name */
export function encodingOf(
  { type, encode }: { readonly type: FeatureType; readonly encode?: string | undefined },
  encodings: readonly Encoding[] = ENCODINGS,
): Encoding {
  const own = encodings.filter((encoding) => encoding.type === type);
  return findKind(own, encode ?? own[0]?.name ?? type, `encoding of a ${type}`);
}

/** A fitted feature with the rules of its kind. */
export interface ReadFeature {
  readonly name: string;
  /** The clean columns that it is computed from: one, or two for an interaction. */
  readonly sources: readonly string[];
  /** The SQL type of the clean columns that it reads; undefined for any type. */
  readonly reads: string | undefined;
  /** SQL over its first clean column's value of what inputs share; undefined where nothing is. */
  shared(value: string): string | undefined;
  /** SQL of the model input over its first clean column's value. */
  sql(value: string, row: RowValues): string;
  readonly watched: Watched;
  /** The categories that it knows by name, of each of its columns; undefined for a column that it reads no categories of. */
  readonly categories: readonly (readonly string[] | undefined)[];
}

/** Parses a fitted feature. @throws TypeError when no encoding makes this kind, ZodError when it is invalid */
export function readFeature(feature: FittedFeature, encodings: readonly Encoding[] = ENCODINGS): ReadFeature {
  const kinds: FittedFeatureKind[] = [...encodings, ...INTERACTIONS].flatMap(({ features }) => features);
  const kind = findKind(kinds, feature.kind, 'kind of fitted feature');
  const own = kind.schema.parse(feature);
  return {
    name: feature.name,
    sources: sourcesOf(feature),
    reads: kind.reads,
    shared: (value) => kind.shared?.(own, value),
    sql: (value, row) => kind.sql(own, value, row),
    watched: kind.watched(own),
    categories: [kind.categories?.(own), kind.otherCategories?.(own)],
  };
}
