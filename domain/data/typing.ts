import { unreachable } from '#domain/unreachable';
import { booleanSql } from '#domain/values/booleans';
import { canonicalSql, composedSql } from '#domain/values/canonical';
import { timeReasons, timeSql, unusableTime } from '#domain/values/dates';
import { trimmed, withoutNulls } from '#domain/values/nulls';
import { hasOtherNotation, numberSql } from '#domain/values/numbers';
import type { Reading } from '#domain/values/reading';
import type { CleanKind } from '#schemas/records/profile';

/**
 * SQL that normalizes a raw text: composes its characters, trims blanks and turns null values into NULL, as the pipeline says.
 *
 * @param kind what it is read as; a text of numbers or dates has nothing to compose
 * @param nullsRead whether the reader has already turned the null values into NULL
 */
export function normalizedSql(raw: string, kind: CleanKind, reading: Reading, nullsRead = false): string {
  const { trim, nulls, numbers } = reading;
  const composed = kind === 'number' || kind === 'datetime' ? raw : composedSql(raw);
  if (nullsRead) return composed;
  return withoutNulls(trim ? trimmed(composed) : composed, nulls, (value) => numberSql(value, numbers));
}

/** SQL that types a normalized text; NULL when it cannot be read. Categories and texts are in their canonical form. */
export function typedSql(kind: CleanKind, value: string, { numbers, dates, booleans }: Reading): string {
  switch (kind) {
    case 'number':
      return numberSql(value, numbers);
    case 'datetime':
      return timeSql(value, dates);
    case 'boolean':
      return booleanSql(value, booleans);
    case 'category':
    case 'text':
      return canonicalSql(value);
    default:
      return unreachable(kind, 'kind of a value');
  }
}

/** A check of one value of a row. */
export interface Problem {
  /** null: the whole row. */
  readonly column: string | null;
  readonly reason: string;
  /** Whether the pipeline leaves such a row out on purpose: it is no malformed one. */
  readonly leftOut?: boolean;
}

/** A condition that makes a reason more exact. */
export interface Because {
  readonly reason: string;
  readonly condition: string;
}

/** SQL condition. If true, the row is malformed. */
export interface Check extends Problem {
  readonly condition: string;
  /** More exact reasons, of which the first that is true takes the place of `reason`. */
  readonly because?: readonly Because[];
}

/** The checks of one typed value, given the SQL of its normalized text and of its typed value. */
export function kindChecks(column: string, kind: CleanKind, raw: string, typed: string, reading: Reading): Check[] {
  const check = (unreadable: string, reason: string, because: readonly Because[]): Check[] => [
    { column, reason, condition: `${raw} IS NOT NULL AND ${unreadable}`, because },
  ];
  switch (kind) {
    case 'category':
    case 'text':
      return [];
    case 'boolean': {
      const { true: yes, false: no } = reading.booleans;
      const isDefault = yes.includes('yes') && no.includes('no');
      return check(
        `${typed} IS NULL`,
        isDefault ? 'not true or false' : 'not a declared spelling of true or false',
        [],
      );
    }
    case 'number':
      return check(`(${typed} IS NULL OR NOT isfinite(${typed}))`, 'not a finite number', [
        {
          reason:
            'not a finite number in the notation of numbers: declare decimal, thousands, currency, percent or negatives',
          condition: hasOtherNotation(raw, typed),
        },
      ]);
    case 'datetime': {
      const { reason, because } = timeReasons(raw, typed, reading.dates);
      return check(unusableTime(typed), reason, because);
    }
    default:
      return unreachable(kind, 'kind of a value');
  }
}
