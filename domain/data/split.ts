import { createHash } from 'node:crypto';
import type { SplitSettings } from '#domain/data/settings';
import { double, text } from '#domain/sql/literals';

export type Side = 'train' | 'validation' | 'test';
export const sides: readonly Side[] = ['train', 'validation', 'test'];

/** 52 bits: thirteen hex digits, and exact in a float64. */
const digits = 13;
const scale = 2 ** (4 * digits);

/**
 * A uniform number in [0, 1) that depends only on the seed and the group: the first 52 bits of SHA-256("seed:group").
 * The same group is on the same side in every drop. The sides are stratified in expectation, because the hash does not depend
 * on the label.
 */
export const splitUniform = (seed: string, group: string): number =>
  Number.parseInt(createHash('sha256').update(`${seed}:${group}`, 'utf8').digest('hex').slice(0, digits), 16) / scale;

/** SQL of `splitUniform` for a VARCHAR expression: the same float64, bit for bit. */
export const splitUniformSql = (seed: string, group: string): string =>
  `CAST('0x' || left(sha256(${text(`${seed}:`)} || ${group}), ${digits}) AS BIGINT) / ${double(scale)}`;

/** The side of a uniform number. */
export function sideOf(uniform: number, split: Pick<SplitSettings, 'train' | 'validation'>): Side {
  if (uniform < split.train) return 'train';
  return uniform < split.train + split.validation ? 'validation' : 'test';
}

/** SQL of `sideOf`. */
export const sideSql = (uniform: string, split: Pick<SplitSettings, 'train' | 'validation'>): string =>
  `CASE WHEN ${uniform} < ${double(split.train)} THEN 'train' WHEN ${uniform} < ${double(split.train + split.validation)} THEN 'validation' ELSE 'test' END`;

/**
 * SQL of a group key. Two keys are equal exactly when all expressions are equal (NULL equals NULL), so rows with the same inputs
 * stay together. Each part is prefixed with its length, so different lists never give the same key.
 */
export const duplicateKeySql = (expressions: readonly string[]): string =>
  expressions
    .map((e) => `CAST(${e} AS VARCHAR)`)
    .map((e) => `coalesce(length(${e}) || ':' || ${e}, '-')`)
    .join(' || ');
