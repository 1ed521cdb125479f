import type { Finding } from '#schemas/records/personal-data';
import { columnWords } from './column-words.ts';
import type { Detector, Span } from './detector.ts';
import { countDigits, mayHold, type Scanner } from './find-spans.ts';
import { folded } from './fold.ts';

/** What a column looks like, before the settings decide what follows. */
export type Suspicion = Omit<Finding, 'outcome'>;

/** At most this many masked examples. */
const shownExamples = 3;
/** A single value in many may be a coincidence. */
const leastFound = 2;
/** Where most values are something else, this many must be nothing but one. */
const leastWhole = 5;

interface Tally {
  /** Values that hold one, those that are one, those that have its form, and those that have enough digits to hold one. */
  held: number;
  whole: number;
  formed: number;
  able: number;
  readonly values: string[];
}

const keptValues = 200;

/** How often each value occurs. */
export function countValues(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function tallySpans(counts: ReadonlyMap<string, number>, scanner: Scanner): Map<Detector, Tally> {
  const tallies = new Map<Detector, Tally>(
    scanner.detectors.map((detector) => [detector, { held: 0, whole: 0, formed: 0, able: 0, values: [] }]),
  );
  for (const [value, count] of counts) {
    const trimmed = value.trim();
    const byDetector = Map.groupBy(scanner.find(value), (span: Span) => span.detector);
    for (const [detector, spans] of byDetector) {
      const tally = tallies.get(detector);
      const [first] = spans;
      if (!tally || !first) continue;
      tally.held += count;
      const text = value.slice(first.start, first.end);
      if (text === trimmed) tally.whole += count;
      if (tally.values.length < keptValues) tally.values.push(text);
    }
    const digits = countDigits(value);
    for (const [detector, tally] of tallies) {
      if (!mayHold(detector, value, digits)) continue;
      tally.able += count;
      if (detector.evidence.checked === undefined || !detector.form) continue;
      detector.form.lastIndex = 0;
      if (detector.form.test(value)) tally.formed += count;
      detector.form.lastIndex = 0;
    }
  }
  return tallies;
}

const examplesOf = (detector: Detector, values: readonly string[]): string[] =>
  [...new Set(values.map((value) => detector.masked(value)))].slice(0, shownExamples);

/** Whether the values of a column say by themselves that they are of this kind. */
function isFound({ evidence, varied }: Detector, tally: Tally, examined: number, minShare: number): boolean {
  if (tally.held === 0 || (tally.held < leastFound && tally.held / examined < 0.5)) return false;
  if (evidence.checked !== undefined && tally.held < tally.formed * evidence.checked) return false;
  if (varied && !varied(tally.values)) return false;
  if (tally.held / examined < Math.max(evidence.share, minShare)) return false;
  // most values are nothing else: it is a column of numbers, which needs more than a text in which one stands
  const isColumn = tally.whole > tally.held / 2;
  const { wholeShare } = evidence;
  if (!isColumn || wholeShare === undefined || tally.held / examined >= wholeShare) return true;
  // "cash" and small numbers beside card numbers say nothing about whether those are some
  return tally.held >= leastWhole && tally.held / tally.able >= wholeShare;
}

/**
 * What the values and the name of a column look like: each kind of personal data that enough of its values hold.
 *
 * @param values texts of its values, without missing ones; the same values give the same answer
 */
export function examineColumn(
  column: string,
  values: readonly string[],
  scanner: Scanner,
  minShare: number,
): Suspicion[] {
  const examined = values.length;
  if (examined === 0) return [];
  const counts = countValues(values.map(folded));
  const words = columnWords(column);
  const suspicions: Suspicion[] = [];
  for (const [detector, tally] of tallySpans(counts, scanner)) {
    const { name: kind, plural, evidence, named, possible, varied } = detector;
    const report = (by: Finding['by'], found: number, examples: readonly string[]) =>
      suspicions.push({
        column,
        kind,
        plural,
        by,
        examined,
        found,
        share: found / examined,
        examples: examplesOf(detector, examples),
      });
    if (isFound(detector, tally, examined, minShare)) {
      report('values', tally.held, tally.values);
      continue;
    }
    if (evidence.namedShare === undefined || !possible || !named?.test(words)) continue;
    const fitting = [...counts].filter(([value]) => possible(value.trim(), scanner.options));
    const found = fitting.reduce((sum, [, count]) => sum + count, 0);
    const texts = fitting.slice(0, keptValues).map(([value]) => value.trim());
    if (found / examined >= evidence.namedShare && (!varied || varied(texts))) report('name', found, texts);
  }
  return suspicions;
}
