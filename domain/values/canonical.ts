import { text, texts } from '#domain/sql/literals';

/**
 * The one form of a value that is compared as text: an id, a token, a group, a category or a label. Each file format and each tool
 * writes the same value its own way: `5`, `5.0` and `5.00`; `1e+21` and its digits; `True` and `true`; `é` as one character or two.
 *
 * - A whole number loses `.0`, `.00` and so on. Leading zeros stay: the postcode `05` is not `5`, and `05.0` is a text like any other.
 *   Other digits after the point stay: the version `1.10` is not `1.1`.
 * - An exponent is written out when it has the form that tools write for floats: with a plus sign (`1e+21`) or with digits after
 *   the point (`1.0E21`). `1E50` stays, because codes look like it.
 * - `True` and `TRUE` are `true`, and `False` likewise.
 * - Unicode is in normal form C, and characters without width are removed at both ends.
 */

/** Zero-width space, non-joiner and joiner, word joiner, byte order mark and soft hyphen: nobody sees them. */
const invisible = '\u200b\u200c\u200d\u2060\ufeff\u00ad';

/** Whole numbers below this bound fit in 128 bits. */
const widest = '1e38';

/** SQL of the text of a DOUBLE or FLOAT: the shortest that reads back, a whole number without point and exponent. NaN is NULL. */
export const doubleText = (value: string): string =>
  `CASE WHEN isnan(${value}) THEN NULL WHEN ${value} <> trunc(${value}) OR abs(${value}) >= ${widest} THEN CAST(${value} AS VARCHAR) ` +
  `WHEN abs(${value}) < 1e15 THEN CAST(CAST(${value} AS BIGINT) AS VARCHAR) ELSE CAST(CAST(${value} AS HUGEINT) AS VARCHAR) END`;

/** The text of a finite number, as `doubleText` writes it. */
export function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e38) return BigInt(value).toString();
  if (Math.abs(value) >= 1e-4) return String(value);
  // C and Python write two digits of the exponent at least, and DuckDB as they do
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}

const floatWithExponent = '-?[0-9]+([.][0-9]+)?[eE][+][0-9]+|-?[0-9][.][0-9]+[eE][0-9]+';

/** SQL of a text in Unicode's normal form C, without characters of no width at both ends. */
export const composedSql = (value: string): string =>
  `CASE WHEN strlen(${value}) <> length(${value}) THEN trim(nfc_normalize(${value}), ${text(invisible)}) ELSE ${value} END`;

/** SQL of the canonical form of a composed text; NULL stays NULL. Most texts stay as they are: cheap tests find the others. */
export function canonicalSql(composed: string): string {
  const words = texts(['True', 'TRUE', 'False', 'FALSE']);
  const parsed = `TRY_CAST(${composed} AS DOUBLE)`;
  const exponent = `(contains(${composed}, '+') OR contains(${composed}, '.')) AND contains(lower(${composed}), 'e')`;
  // a number starts with a minus sign or a digit, between which ASCII has only a point and a slash
  const mayBeNumber = `${composed} >= '-' AND ${composed} < ':' AND (contains(${composed}, '.') OR contains(${composed}, '+'))`;
  return (
    `CASE WHEN NOT (${mayBeNumber} OR ${composed} IN (${words}, '-0')) THEN ${composed} ` +
    `WHEN ${composed} IN (${words}) THEN lower(${composed}) ` +
    `WHEN ${exponent} AND regexp_full_match(${composed}, '${floatWithExponent}') AND isfinite(${parsed}) THEN ${doubleText(parsed)} ` +
    // the two expressions that are left change nothing else
    `WHEN NOT ends_with(${composed}, '0') THEN ${composed} ` +
    `WHEN starts_with(${composed}, '-0') THEN regexp_replace(${composed}, '^-0([.]0+)?$', '0') ` +
    `ELSE regexp_replace(${composed}, '^(-?(?:0|[1-9][0-9]*))[.]0+$', '\\1') END`
  );
}

/** The canonical form of any text, as `canonicalSql` gives it of a composed one. */
export function canonicalOf(value: string): string {
  const composed = value.normalize('NFC').replace(new RegExp(`^[${invisible}]+|[${invisible}]+$`, 'g'), '');
  if (/^(?:True|TRUE|False|FALSE)$/.test(composed)) return composed.toLowerCase();
  if (/^(?:-?\d+(?:[.]\d+)?[eE][+]\d+|-?\d[.]\d+[eE]\d+)$/.test(composed) && Number.isFinite(Number(composed)))
    return numberText(Number(composed));
  return composed.replace(/^(-?(?:0|[1-9]\d*))[.]0+$/, '$1').replace(/^-0$/, '0');
}
