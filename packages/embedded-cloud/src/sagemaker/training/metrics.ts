/** The last value of a metric; `at` in milliseconds since the epoch. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly at: number;
}

/** Receives each value that a job prints, in order. */
export type MetricListener = (name: string, value: number) => void;

export interface MetricDefinition {
  readonly Name: string;
  readonly Regex: string;
}

/** `[7]#011train-auc:0.91#011validation-auc:0.85`: what the built-in XGBoost prints each round. */
const roundLine = /^\[\d+\]#011/;
const roundValue = /#011(train|validation)-([\w@.-]+?):([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf)/g;

/**
 * Reads metrics from a job's log: for the built-in image those it is known to print, `validation:auc` for
 * `validation-auc`; else by the job's definitions, whose first group is the value.
 */
export class MetricReader {
  readonly #last = new Map<string, Metric>();
  readonly #definitions: readonly { readonly name: string; readonly regex: RegExp }[];
  readonly #onMetric: MetricListener | undefined;

  /**
   * @param onMetric receives every value
   * @throws SyntaxError when a definition is not a regular expression.
   */
  constructor(definitions: readonly MetricDefinition[] | undefined, onMetric?: MetricListener) {
    this.#onMetric = onMetric;
    this.#definitions = (definitions ?? []).map(({ Name, Regex }) => ({ name: Name, regex: new RegExp(Regex) }));
  }

  /** @param at when the line came, in milliseconds since the epoch. */
  read(line: string, at: number): void {
    for (const { name, regex } of this.#definitions) this.#keep(name, regex.exec(line)?.[1], at);
    if (this.#definitions.length > 0 || !roundLine.test(line)) return;
    for (const [, channel, metric, value] of line.matchAll(roundValue)) this.#keep(`${channel}:${metric}`, value, at);
  }

  #keep(name: string, text: string | undefined, at: number): void {
    const value = Number(text);
    if (text === undefined || !Number.isFinite(value)) return;
    this.#last.set(name, { name, value, at });
    this.#onMetric?.(name, value);
  }

  /** By name; at most 40, as the API allows. */
  get final(): Metric[] {
    return [...this.#last.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, 40);
  }
}
