/** A candidate in a text. */
export interface Candidate {
  readonly value: string;
  /** The text before it, at most `contextLength` characters. */
  readonly before: string;
  /** The text after it, at most `contextLength` characters. */
  readonly after: string;
  /** Whether it is the whole text. */
  readonly whole: boolean;
}

/** How many characters around a candidate a detector may read. */
export const contextLength = 40;

export interface DetectorOptions {
  /** The country whose numbers may be written without a country code: two letters of ISO 3166-1, such as `DE`. */
  readonly region?: string | undefined;
}

/** The share of a column's values above which it is called personal. */
export interface Evidence {
  /** For values that the detector finds by their form alone. */
  readonly share: number;
  /** The same, where the value is nothing else: of all values, or of those with enough digits. It defaults to `share`. */
  readonly wholeShare?: number;
  /** The least share of the values with the form that must also pass the checksum. A series of other numbers passes by chance alone. */
  readonly checked?: number;
  /** For values that are only possible, in a column whose name says so; undefined when the name adds nothing. */
  readonly namedShare?: number;
}

/** The full definition of one kind of personal data. */
export interface Detector {
  /** Its name in settings, in records and in the place of a redacted span: `[email]`. */
  readonly name: string;
  /** Several of them, in messages: "e-mail addresses". */
  readonly plural: string;
  /** How it is found, in one sentence. */
  readonly summary: string;
  /** Public source of the format and the checksum. */
  readonly source: string;
  /** What the words of a column's name look like, in lower case and joined by blanks. */
  readonly named?: RegExp;
  /** What a candidate in a text looks like; global. Linear in the length of the text. */
  readonly form?: RegExp;
  /** The least number of digits of a text that holds one, and a character that it needs: they save looking any closer. */
  readonly digits?: number;
  readonly character?: string;
  /** What each match of `form` contains: an expression without a look behind it, which most texts fail in a fraction of the time. */
  readonly needs?: RegExp;
  readonly evidence: Evidence;
  /** A valid example, which tests use. */
  readonly example: string;
  /** Whether a candidate is one. Called for matches of `form`. */
  accepts?(candidate: Candidate, options: DetectorOptions): boolean;
  /** Whether a whole value may be one, in a column whose name says so. */
  possible?(value: string, options: DetectorOptions): boolean;
  /** An example that may be shown: never enough to know the value. */
  masked(value: string): string;
  /** Whether the values differ enough, where a series of numbers could pass. */
  varied?(values: readonly string[]): boolean;
}

/** A found span of a text: `[start, end)` in UTF-16 code units. */
export interface Span {
  readonly detector: Detector;
  readonly start: number;
  readonly end: number;
}
