import { type CompiledPattern, type CustomPattern, compilePattern } from './custom-pattern.ts';
import { contextLength, type Detector, type DetectorOptions, type Span } from './detector.ts';
import { folded } from './fold.ts';
import { DETECTORS } from './registry.ts';

/** What looks for personal data: the detectors, the pipeline's own patterns and the region. */
export interface Scanner {
  readonly detectors: readonly Detector[];
  readonly options: DetectorOptions;
  /** What every text with a span has, as an expression of RE2: the engine passes by all other texts. Undefined when it is not known. */
  readonly needs?: string;
  /** All spans of a text, in its order, none over another. */
  find(text: string): readonly Span[];
}

export interface ScannerSettings {
  readonly region?: string | undefined;
  readonly patterns?: readonly CustomPattern[] | undefined;
}

/** A text longer than this is read in pieces that overlap, so that no expression sees more at once. */
const longestPiece = 100_000;
const overlap = 2_000;

const isCompiled = (detector: Detector): detector is CompiledPattern => 'spans' in detector;

/** Punctuation that ends a sentence around a span, not the span. */
const trailing = /[.,;:!?)\]}>…'"’”]+$/u;

/** The text without punctuation at its end, then with it, then without up to three last words: a form may reach into the next word. */
function shortened(found: string): Set<string> {
  const values = new Set([found.replace(trailing, ''), found]);
  let rest = found;
  for (let i = 0; i < 3 && /\s/.test(rest); i++) {
    rest = rest.replace(/\s+\S*$/u, '');
    values.add(rest);
  }
  values.delete('');
  return values;
}

/** How many digits a text has. */
export function countDigits(text: string): number {
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) digits += 1;
  }
  return digits;
}

/** Whether a text has what a value of this kind needs at least. @param digits of the text */
export const mayHold = ({ digits: least = 0, character = '' }: Detector, text: string, digits: number): boolean =>
  digits >= least && text.includes(character);

function* candidates(detector: Detector, text: string, options: DetectorOptions): Generator<Span> {
  if (isCompiled(detector)) {
    for (const [start, end] of detector.spans(text)) yield { detector, start, end };
    return;
  }
  const { form } = detector;
  if (!form || !detector.accepts) return;
  const trimmed = text.trim();
  for (const match of text.matchAll(form)) {
    const found = match[0];
    const start = match.index + (found.length - found.trimStart().length);
    for (const value of shortened(found.trim())) {
      const end = start + value.length;
      const candidate = {
        value,
        before: text.slice(Math.max(0, start - contextLength), start),
        after: text.slice(end, end + contextLength),
        whole: value === trimmed,
      };
      if (!detector.accepts(candidate, options)) continue;
      yield { detector, start, end };
      break;
    }
  }
}

/** Keeps the spans of earlier detectors where spans overlap. */
function withoutOverlaps(spans: readonly Span[]): Span[] {
  const kept: Span[] = [];
  for (const span of spans) {
    if (!kept.some((other) => span.start < other.end && other.start < span.end)) kept.push(span);
  }
  return kept.toSorted((a, b) => a.start - b.start);
}

function findInPieces(detectors: readonly Detector[], text: string, options: DetectorOptions): Span[] {
  const spans: Span[] = [];
  const digits = countDigits(text);
  for (const detector of detectors) {
    if (!mayHold(detector, text, digits) || detector.needs?.test(text) === false) continue;
    const seen = new Set<string>();
    for (let from = 0; from === 0 || from < text.length; from += longestPiece - overlap) {
      for (const { start, end } of candidates(detector, text.slice(from, from + longestPiece), options)) {
        const key = `${start + from}:${end + from}`;
        if (!seen.has(key)) spans.push({ detector, start: start + from, end: end + from });
        seen.add(key);
      }
      if (text.length <= longestPiece) break;
    }
  }
  return spans;
}

/** What any of the detectors needs: a digit or an @, or the start of a web address. */
const needed = /[0-9@]|www\.|:\/\//i;
/** The same for a text that is not folded: digits and signs of other scripts become ASCII. */
const neededOfAnyText = '[0-9@]|(?i:www[.])|://|[^\\x00-\\x7f]';

/** @throws PipelineConfigError when a pattern is none of RE2 */
export function createScanner({ region, patterns = [] }: ScannerSettings, detectors = DETECTORS): Scanner {
  const all = [...patterns.map(compilePattern), ...detectors];
  const options = { region };
  // a pattern of the pipeline may need anything
  const isKnown = patterns.length === 0;
  return {
    detectors: all,
    options,
    ...(isKnown ? { needs: neededOfAnyText } : {}),
    find(text) {
      const read = folded(text);
      return !isKnown || needed.test(read) ? withoutOverlaps(findInPieces(all, read, options)) : [];
    },
  };
}
