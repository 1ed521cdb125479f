import { text } from '#domain/sql/literals';

/** Frequent words of languages in Latin script that are rare in the others. */
const WORDS = {
  English: 'the and of to is was for with that this it you not are have from we my your they',
  German: 'der die das und ist nicht ich mit ein eine den dem auf für von zu sie wir auch wird',
  French: 'les des est pas une pour dans qui que sur avec vous nous ce cette mais je il du et',
  Spanish: 'el los las por con para una pero como más está muy y lo del su mi hay ya fue',
  Italian: 'il che di è per non sono della con gli nel anche questo ho alla molto più dei era ma',
  Portuguese: 'não uma os com você mais dos isso foi ao muito está na meu são pelo também do da em',
  Dutch: 'het een van niet en dat ik zijn op voor met maar wij ook naar heb wordt deze bij geen',
  Polish: 'nie się jest że na do jak ale tak od dla przez czy był tego oraz już tylko mnie bardzo',
} as const;

/** Scripts that are told apart by their letters, as RE2 names them. */
const SCRIPTS = {
  Japanese: '\\p{Hiragana}\\p{Katakana}',
  Korean: '\\p{Hangul}',
  Chinese: '\\p{Han}',
  Cyrillic: '\\p{Cyrillic}',
  Greek: '\\p{Greek}',
  Arabic: '\\p{Arabic}',
  Hebrew: '\\p{Hebrew}',
  Devanagari: '\\p{Devanagari}',
  Thai: '\\p{Thai}',
} as const;

const LATIN = 'Latin script';
const NO_LETTERS = 'no letters';

/** What a text may be written in. */
export const LANGUAGES: readonly string[] = [...Object.keys(WORDS), LATIN, ...Object.keys(SCRIPTS), NO_LETTERS];

/** SQL of a text in small letters, each word with a space of its own on both sides. @param sql a VARCHAR */
export const spacedWords = (sql: string): string =>
  `concat(' ', regexp_replace(lower(${sql}), '[^\\p{L}]+', '  ', 'g'), ' ')`;

/**
 * SQL of the language of a text: that whose frequent words it has most of, in Latin script; in another script, the script. Few letters of a
 * script among others do not count. A short text often has no frequent word, and is in Latin script then.
 *
 * @param sql a VARCHAR; NULL gives NULL
 */
export function languageSql(sql: string): string {
  const words = spacedWords(sql);
  const counted = Object.entries(WORDS).map(([name, frequent], i) => {
    const found = `len(regexp_extract_all(${words}, ${text(` (${frequent.replaceAll(' ', '|')}) `)}))`;
    return `{'found': ${found}, 'rank': ${-i}, 'name': ${text(name)}}`;
  });
  // structs are ordered by their first field, then by the next
  const latin = `struct_extract(list_max([${counted.join(', ')}, {'found': 0, 'rank': 1, 'name': ${text(LATIN)}}]), 'name')`;
  const letters = (of: string): string => `length(regexp_replace(${sql}, ${text(`[^${of}]`)}, '', 'g'))`;
  const scripts = Object.entries(SCRIPTS).map(
    // Japanese is written with Chinese letters too: a quarter of its own is enough
    ([name, of]) => `WHEN ${letters(of)} * 4 > ${letters('\\p{L}')} THEN ${text(name)}`,
  );
  return [
    `CASE WHEN ${sql} IS NULL THEN NULL`,
    `WHEN NOT regexp_matches(${sql}, '\\p{L}') THEN ${text(NO_LETTERS)}`,
    `WHEN NOT regexp_matches(${sql}, '[^\\P{L}\\p{Latin}]') THEN ${latin}`,
    ...scripts,
    `ELSE ${latin} END`,
  ].join(' ');
}
