import { DETECTORS } from '#domain/detectors/registry';
import { ident } from '#domain/sql/literals';
import type { CleanColumnView } from '../clean-column-view.ts';
import { LANGUAGES, languageSql, spacedWords } from './languages.ts';

/** Characters of a text that are looked at for its language and its words. */
const LOOKED_AT = 400;
/** Groups that words are counted in. A group has words of all kinds, so no word can be told from its count. */
const GROUPS = 32;
const NO_WORDS = 'no words';
const NO_MARKS = 'none';
const SEVERAL = 'several kinds';

/** SQL of a number that follows from a text, from 0 to 2^32. */
const numberOf = (sql: string): string => `CAST('0x' || left(md5(${sql}), 8) AS BIGINT)`;

/** SQL of what a text has in place of personal values. */
const marks = (sql: string, group = 0): string => `regexp_extract_all(${sql}, '\\[([a-z][a-z0-9_-]*)\\]', ${group})`;

/** SQL of a text without these marks: they are in no language. */
const withoutMarks = (sql: string): string =>
  `regexp_replace(left(${sql}, ${LOOKED_AT}), '\\[[a-z][a-z0-9_-]*\\]', ' ', 'g')`;

/** The group of one word of each text, so that rows are independent of each other: which word follows from the text. */
function wordSql(sql: string): string {
  const words = `regexp_extract_all(${spacedWords(withoutMarks(sql))}, '\\p{L}+')`;
  const chosen = `list_extract(${words}, 1 + ${numberOf(sql)} % len(${words}))`;
  return `CASE WHEN ${sql} IS NULL THEN NULL WHEN len(${words}) = 0 THEN '${NO_WORDS}' ELSE concat('group ', ${numberOf(chosen)} % ${GROUPS} + 1) END`;
}

/** The kind of personal value that was replaced in a text. */
function redactionSql(sql: string): string {
  const kinds = `list_distinct(${marks(sql, 1)})`;
  return `CASE WHEN ${sql} IS NULL THEN NULL WHEN len(${kinds}) = 0 THEN '${NO_MARKS}' WHEN len(${kinds}) > 1 THEN '${SEVERAL}' ELSE list_extract(${kinds}, 1) END`;
}

/** What drift checks watch of a column of texts, with its length: no word of it is written anywhere. */
export function textViews(name: string): CleanColumnView[] {
  const value = ident(name);
  const of = (what: string, sql: string, bins: readonly string[]) => ({
    column: `${name} (${what})`,
    kind: 'category' as const,
    source: name,
    sql,
    bins,
  });
  const groups = Array.from({ length: GROUPS }, (_, i) => `group ${i + 1}`);
  return [
    { ...of('language', languageSql(withoutMarks(value)), LANGUAGES), slow: true },
    { ...of('words', wordSql(value), [...groups, NO_WORDS]), slow: true },
    of('redactions', redactionSql(value), [NO_MARKS, SEVERAL, ...DETECTORS.map((detector) => detector.name)]),
  ];
}
