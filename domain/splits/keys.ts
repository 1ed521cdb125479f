import { createHash } from 'node:crypto';
import { text } from '#domain/sql/literals';

/**
 * The key of a row: a whole number below 2^52 that decides its side. Its first 16 bits, the bucket, are a hash of the seed and the
 * row's group; the other 36 are a hash of the row's model inputs and order the groups of one bucket. All rows of a group have the
 * same bucket in every drop. The bucket of an id is the only trace of it outside the raw bucket that needs no secret, so it is
 * kept short: thousands of ids share each one (docs/security.md).
 */
export const bucketBits = 16;
export const buckets = 2 ** bucketBits;
const orderBits = 36;
const [bucketDigits, orderDigits] = [bucketBits / 4, orderBits / 4];

/** SQL of the key of a row, over the SQL of its group's text and of its inputs' text, which are the same for groups of duplicates. */
export const rowKeySql = (seed: string, group: string, inputs: string): string => {
  const hash = (value: string) => `sha256(${text(`${seed}:`)} || ${value})`;
  return `CAST('0x' || left(${hash(group)}, ${bucketDigits}) || substr(${hash(inputs)}, ${bucketDigits + 1}, ${orderDigits}) AS BIGINT)`;
};

/** `rowKeySql` in TypeScript. */
export const rowKey = (seed: string, group: string, inputs: string): number => {
  const hash = (value: string) => createHash('sha256').update(`${seed}:${value}`, 'utf8').digest('hex');
  return Number.parseInt(
    hash(group).slice(0, bucketDigits) + hash(inputs).slice(bucketDigits, bucketDigits + orderDigits),
    16,
  );
};

/** SQL of the bucket of a key. */
export const bucketSql = (key: string): string => `CAST(${key} >> ${orderBits} AS INTEGER)`;

/**
 * SQL of a number that rows share whose expressions are all equal (NULL equals NULL), within one run. The engine's own hash writes no
 * texts, so it takes a tenth of the time of a hash of `duplicateKeySql`; another version of the engine may give another number.
 */
export const alikeNumberSql = (expressions: readonly string[]): string =>
  // rows without any expression are all alike
  expressions.length === 0 ? '0::UBIGINT' : `hash(${expressions.join(', ')})`;

/** SQL of a number that stands for the text of a group within one drop. */
export const groupNumberSql = (group: string): string => `md5_number_lower(${group})`;

/**
 * SQL of a text that two rows share exactly when all expressions are equal (NULL equals NULL). Each part is prefixed with its
 * length, so different lists never give the same text.
 */
export const duplicateKeySql = (expressions: readonly string[]): string => joinTextsSql(expressions.map(keyTextSql));

/** SQL of the text of one part of a duplicate's key: to write a number as a text costs more than all else that is done with it. */
export const keyTextSql = (expression: string): string => `CAST(${expression} AS VARCHAR)`;

/** SQL of a duplicate's key over the SQL of its parts' texts (`keyTextSql`), each of which it reads twice. */
export const joinTextsSql = (texts: readonly string[]): string => {
  // a missing text counts as empty here, and leaves the dash
  const parts = texts.map((e) => `length(${e}), CASE WHEN ${e} IS NULL THEN '-' ELSE ':' END, ${e}`);
  // rows without any expression are all alike
  if (parts.length === 0) return "''";
  // one call with all parts: a chain of || is as deep as it is long, and the engine allows a depth of 1,000
  return `concat(${parts.join(', ')})`;
};

/** What keys are made from, as one text: keys of runs with the same text can be compared. */
export const identityOf = (parts: unknown): string =>
  createHash('sha256').update(JSON.stringify(parts), 'utf8').digest('hex').slice(0, 32);
