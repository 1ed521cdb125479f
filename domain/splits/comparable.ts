import { double, text } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import type { ComparableRule, Sides, UnseenRule } from '#schemas/records/sides';
import { bucketSql } from './keys.ts';
import { bucketBitText, joinBuckets } from './used-buckets.ts';

type Divided = Pick<Sides, 'identity' | 'used' | 'time' | 'rule'>;

const cannotTell =
  'so rows that the champion was trained on cannot be told apart. Make a model with the present settings the champion';

/**
 * Which rows of a candidate's drop its champion cannot have been trained on. Buckets depend on the seed and the group alone, so a
 * bucket in which the champion had no training row holds none of its groups in any drop.
 */
export function comparableRule(candidate: Divided, champion: Divided): ComparableRule {
  if (candidate.rule.strategy === 'time' && champion.time && champion.time.column === candidate.time?.column) {
    return { kind: 'later', after: champion.time.usedUntil };
  }
  if (candidate.identity === champion.identity) return { kind: 'unused', used: champion.used };
  const reason =
    candidate.rule.strategy === 'time'
      ? 'the champion did not record the times of its training rows'
      : 'the split has another seed, other groups or other model inputs than that of the champion';
  return { kind: 'none', reason: `${reason}, ${cannotTell}` };
}

/** The settings of a split for a run of a version without sides.json. */
export interface EarlierSplit {
  readonly seed: string;
  readonly train: number;
  readonly validation: number;
}

/**
 * `comparableRule` for a champion of a version without sides.json. Its sides followed from a hash that can be computed again, but
 * for groups by id or column it was a hash of tokens, which another token key changes.
 */
export function earlierComparableRule(
  candidate: Divided,
  {
    split,
    identity,
    byInputs,
  }: { readonly split: EarlierSplit; readonly identity: string; readonly byInputs: boolean },
): ComparableRule {
  if (candidate.identity === identity && byInputs) {
    return { kind: 'earlier-hash', seed: split.seed, test: split.train + split.validation };
  }
  const reason = byInputs
    ? 'the split has another seed, other groups or other model inputs than that of the champion'
    : 'an earlier version of Tidegate trained the champion, and divided its rows by tokens';
  return { kind: 'none', reason: `${reason}, ${cannotTell}` };
}

/** SQL of whether no row of a clean row's group, or of its time, was trained on. */
export function isUnseenSql(rule: UnseenRule): string {
  switch (rule.kind) {
    case 'unused':
      return `get_bit(CAST('${bucketBitText(rule.used)}' AS BIT), ${bucketSql('_key')}) = 0`;
    case 'later':
      return `_time > CAST(${text(rule.after)} AS TIMESTAMP)`;
    default:
      return unreachable(rule, 'rule of unseen rows');
  }
}

/** SQL of whether a clean row is comparable. @param inputs SQL of the text of the model inputs (`duplicateKeySql`) */
export function isComparableSql(rule: ComparableRule, inputs: string): string {
  switch (rule.kind) {
    case 'unused':
    case 'later':
      return isUnseenSql(rule);
    case 'earlier-hash':
      // the first 52 bits of SHA-256 as a number in [0, 1)
      return `CAST('0x' || left(sha256(${text(`${rule.seed}:`)} || ${inputs}), 13) AS BIGINT) / ${double(2 ** 52)} >= ${double(rule.test)}`;
    case 'none':
      return 'false';
    default:
      return unreachable(rule, 'way to compare');
  }
}

/** What a model was trained on: buckets and, where the data has times, the last one. */
export type Use = Pick<Sides, 'used' | 'time'>;

/**
 * What a model was trained on that goes on from a champion: its own rows and all that the champion and its ancestors were trained on.
 * Both were divided with the same identity.
 */
export function withAncestors(own: Use, champion: Use): Use {
  const used = joinBuckets(own.used, champion.used);
  // without times of both it is not known until when the rows of the ancestors reach
  if (own.time === undefined || own.time.column !== champion.time?.column) return { used };
  return { used, time: champion.time.usedUntil > own.time.usedUntil ? champion.time : own.time };
}
