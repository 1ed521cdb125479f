import { columnWords } from '#domain/detectors/column-words';
import type { Suspicion } from '#domain/detectors/examine-column';
import { describeFinding } from '#domain/detectors/judge';
import { formatCount, formatPercent } from '#domain/text/format-number';
import { unreachable } from '#domain/unreachable';
import type { ReadColumn } from './label.ts';

/** What a column is proposed to be, in the words of the pipeline's file, and why. */
export interface RoleProposal {
  readonly name: string;
  readonly use: 'label' | 'id' | 'time' | 'column';
  /** The settings of the column: below `dataset.columns`, unless it is the label, the id or the time alone. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly because: string;
  readonly doubt?: string;
}

const idNames = /\b(id|ids|uuid|guid)\b/;
const keyNames = /\b(key|number|no|nr|num|code|ref|reference|account)$/;
const counterNames = /^(|index|idx|row|rownum|row number|instant|unnamed( \d+)?|column 1|x|serial|sr|sno|s no)$/;
const timeNames =
  /\b(time|timestamp|date|datetime|day|dteday|created|issued|opened|signed|ordered|at|ts|month|quarter)\b/;
const otherTimes = /\b(birth|birthday|dob|born|expir\w*|matur\w*|due|end|ends|ended|until|valid|closed|next|last)\b/;
const postcodes = /\b(zip|zip ?code|post ?code|postal ?code|postal|plz)\b/;
const protectedNames = /\b(sex|gender|race|ethnicity|ethnic|religion|nationality|disability|marital|marriage)\b/;

/** Columns that are personal or secret whatever their values look like. */
const privateNames =
  /\b(password|passwd|pwd|secret|user ?name|login|cvv2?|cvc2?|pin|ssn|national ?id|citizen ?id|passport|maiden|tax ?id|licen[cs]e ?plate|iban|account ?(no|number)|credit ?card|cc ?(number|expires)|imei|mac ?address|device ?id)\b/;

const ofPeople =
  /^((full|first|last|middle|given|family|customer|client|patient|employee|user|contact|member) ?name|name|surname|vorname|nachname|name und vorname)$/;

/** So many different times are worth a split by time. */
const leastTimes = 20;
/** Categories that are hardly ever the same twice name the row. */
const uniqueShare = 0.9;
const leastUnique = 50;

const present = ({ facts: { rows, present: own } }: ReadColumn): boolean => own === rows;
const distinctShare = ({ facts: { distinct, present: own } }: ReadColumn): number => distinct / Math.max(1, own);

/** A whole number that counts the rows. */
function isCounter({ facts: { rows, distinct, min, max, whole, tried }, kind }: ReadColumn): boolean {
  if (kind.kind !== 'number' || distinct < rows || whole < tried || min === null || max === null) return false;
  // the least and the greatest of the tried numbers say enough
  return max - min + 1 <= 1.5 * rows;
}

/** The column that names the rows' subjects; undefined without one. */
function findId(columns: readonly ReadColumn[]): ReadColumn | undefined {
  const candidates = columns.filter((column) => {
    const { kind, facts } = column;
    if (!present(column) || kind.nullWords.length > 0 || facts.distinct < 10) return false;
    if (kind.kind !== 'category' && !(kind.kind === 'number' && kind.whole)) return false;
    const words = columnWords(facts.name);
    if (idNames.test(words)) return facts.distinct >= 0.05 * facts.rows;
    return keyNames.test(words) && distinctShare(column) >= 0.99;
  });
  return candidates.toSorted((a, b) => b.facts.distinct - a.facts.distinct)[0];
}

/** The column with the time of a row; undefined without one. */
function findTime(
  columns: readonly ReadColumn[],
  personal: ReadonlyMap<string, readonly Suspicion[]>,
): ReadColumn | undefined {
  const candidates = columns.filter((column) => {
    const { kind, facts } = column;
    const words = columnWords(facts.name);
    return (
      kind.kind === 'datetime' &&
      present(column) &&
      kind.unread === 0 &&
      !otherTimes.test(words) &&
      !personal.has(facts.name)
    );
  });
  return candidates.find(({ facts }) => timeNames.test(columnWords(facts.name))) ?? candidates[0];
}

/** How a column's values are written, where the dataset does not say it. */
function readingOf({ kind, facts }: ReadColumn): Readonly<Record<string, unknown>> {
  switch (kind.kind) {
    case 'number': {
      const { decimal, thousands, currency, percent, negatives } = kind.numbers;
      const own = {
        ...(decimal === '.' ? {} : { decimal }),
        ...(thousands === undefined ? {} : { thousands }),
        ...(currency === false ? {} : { currency }),
        ...(percent ? { percent } : {}),
        ...(negatives.length === 0 ? {} : { negatives }),
      };
      const nulls = kind.nullNumber === undefined ? {} : { nullValues: ['', ...kind.nullWords, kind.nullNumber] };
      return { ...(Object.keys(own).length === 0 ? {} : { numbers: own }), ...nulls };
    }
    case 'datetime': {
      const { format, pivot, zone } = kind.dates;
      return Object.fromEntries(Object.entries({ format, pivot, zone }).filter(([, value]) => value !== undefined));
    }
    case 'boolean':
    case 'category':
    case 'text':
    case 'empty':
      return {};
    default:
      return unreachable(kind, `kind of column ${facts.name}`);
  }
}

const missingText = ({ facts, kind }: ReadColumn): string => {
  const words = facts.words
    .filter(({ value }) => kind.nullWords.includes(value))
    .reduce((sum, { count }) => sum + count, 0);
  const missing = facts.rows - facts.present + words;
  return missing === 0 ? '' : `, ${formatPercent(missing / facts.rows)} missing`;
};

/** What a personal column becomes, by what its values or its name look like. */
function personalSpec(
  column: ReadColumn,
  found: readonly Suspicion[],
): Pick<RoleProposal, 'spec' | 'because' | 'doubt'> {
  const [first] = found as [Suspicion, ...Suspicion[]];
  const because = describeFinding(first);
  // what redaction does not find stays: a column that is personal by its name too is left out whole
  if (column.kind.kind === 'text' && first.by !== 'name')
    return {
      spec: { role: 'text', action: 'redact' },
      because: `free text; ${because}; no model input`,
      doubt: 'to learn from the words that redaction leaves, add feature: { type: text }',
    };
  if (column.kind.kind === 'datetime')
    return { spec: { role: 'quasi', action: 'generalize', truncateTo: 'year', ...readingOf(column) }, because };
  return { spec: { role: 'pii', action: 'drop' }, because };
}

function feature(column: ReadColumn): Pick<RoleProposal, 'spec' | 'because' | 'doubt'> {
  const { kind, facts } = column;
  const reading = readingOf(column);
  const missing = missingText(column);
  const isConstant = facts.distinct - kind.nullWords.length <= 1;
  const because = `${kind.because}${missing}${isConstant ? '; always the same: no model input until it varies' : ''}`;
  const isProtected = protectedNames.test(columnWords(facts.name));
  const doubt = isProtected ? 'a protected attribute in many laws: role: slice keeps it out of the model' : kind.doubt;
  const rest = { because, ...(doubt === undefined ? {} : { doubt }) };
  switch (kind.kind) {
    case 'number':
      return {
        spec: {
          role: 'feature',
          type: 'number',
          ...(missing === '' ? {} : { impute: 'median', indicator: true }),
          ...reading,
        },
        ...rest,
      };
    case 'boolean':
      return { spec: { role: 'feature', type: 'boolean' }, ...rest };
    case 'datetime':
      return {
        spec: { role: 'feature', type: 'datetime', parts: ['year', 'month', 'dayOfWeek'], ...reading },
        ...rest,
      };
    case 'category': {
      // as many inputs as one-hot has without a setting; beyond them it tells categories apart no more
      const many = facts.distinct > 50;
      return {
        spec: { role: 'feature', type: 'category', ...(many ? { encode: 'target' } : {}) },
        ...rest,
        ...(many ? { because: `${because}; so many count by their mean label` } : {}),
      };
    }
    case 'text':
      return {
        spec: { role: 'text', action: 'redact', feature: { type: 'text' } },
        because: `free text: ${kind.because}; its words are model inputs, hashed`,
      };
    case 'empty':
      return { spec: { role: 'ignore' }, because: kind.because };
    default:
      return unreachable(kind, `kind of column ${facts.name}`);
  }
}

/**
 * What each column is proposed to be: the id, the time, a model input, personal, or left unread.
 *
 * @param label the name of the label's column
 * @param suspicions what the detectors found, by column
 */
export function proposeRoles(
  columns: readonly ReadColumn[],
  label: string,
  suspicions: readonly Suspicion[],
): RoleProposal[] {
  const others = columns.filter(({ facts }) => facts.name !== label);
  const personal = new Map(
    [...Map.groupBy(suspicions, ({ column }) => column)].flatMap(([column, found]) => {
      const real = found.filter(({ kind }) => kind !== 'unique');
      return real.length === 0 ? [] : [[column, real] as const];
    }),
  );
  const id = findId(
    others.filter(({ facts }) => !personal.has(facts.name) && !privateNames.test(columnWords(facts.name))),
  );
  const time = findTime(others, personal);
  return columns.map((column): RoleProposal => {
    const { facts, kind } = column;
    const { name } = facts;
    if (name === label) return { name, use: 'label', spec: {}, because: '' };
    const found = personal.get(name);
    if (column === id) {
      const each =
        facts.distinct === facts.rows
          ? 'each row has its own'
          : `${formatCount(facts.distinct)} of them; rows of one stay on one side of the split`;
      return { name, use: 'id', spec: {}, because: each };
    }
    if (column === time)
      return {
        name,
        use: 'time',
        spec: { role: 'ignore', ...readingOf(column) },
        because: kind.because,
        ...(kind.doubt ? { doubt: kind.doubt } : {}),
      };
    const own = (rest: Pick<RoleProposal, 'spec' | 'because' | 'doubt'>): RoleProposal => ({
      name,
      use: 'column',
      ...rest,
    });
    if (kind.kind === 'empty') return own(feature(column));
    if (found) return own(personalSpec(column, found));
    const words = columnWords(name);
    if (privateNames.test(words))
      return own({ spec: { role: 'pii', action: 'drop' }, because: 'its name says that it is personal or secret' });
    if (kind.kind === 'category' && ofPeople.test(words))
      return own({
        spec: { role: 'pii', action: 'drop' },
        because: 'its name says that it names people',
        doubt: 'if it names something else, it may be a feature',
      });
    if (postcodes.test(words) && facts.distinct > 5)
      return own({
        spec: { role: 'quasi', action: 'generalize', keepFirst: 3 },
        because: 'a postcode: its first three characters stay',
      });
    if (isCounter(column) && (counterNames.test(words) || idNames.test(words)))
      return own({ spec: { role: 'ignore' }, because: 'a running number: it names the row' });
    if (kind.kind === 'category' && facts.distinct >= leastUnique && facts.once >= uniqueShare * facts.present)
      return own({
        spec: { role: 'ignore' },
        because: `${formatPercent(facts.once / Math.max(1, facts.present))} of its values occur once: it names the row`,
      });
    return own(feature(column));
  });
}

/** Whether the times are worth a split by time. */
export const isDated = (columns: readonly ReadColumn[], roles: readonly RoleProposal[]): boolean =>
  roles.some(
    ({ name, use }) =>
      use === 'time' && (columns.find(({ facts }) => facts.name === name)?.facts.distinct ?? 0) >= leastTimes,
  );
