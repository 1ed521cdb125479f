/** A value of a metric that a line of a log holds. */
export interface EmbeddedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit: string;
}

interface Directive {
  readonly Namespace?: unknown;
  readonly Dimensions?: unknown;
  readonly Metrics?: unknown;
}

/** The most values of one metric in a line. */
const mostValues = 100;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The dimensions of a set, read from the line; undefined where one of them is no text. */
function dimensionsOf(line: Record<string, unknown>, set: unknown): Record<string, string> | undefined {
  const entries = listOf(set).map((key) => [String(key), line[String(key)]] as const);
  return entries.every(([, value]) => typeof value === 'string')
    ? (Object.fromEntries(entries) as Record<string, string>)
    : undefined;
}

function metricsOf(line: Record<string, unknown>, directive: Directive): EmbeddedMetric[] {
  const { Namespace, Dimensions, Metrics } = directive;
  if (typeof Namespace !== 'string') return [];
  return listOf(Metrics).flatMap((metric) => {
    if (!isObject(metric) || typeof metric['Name'] !== 'string') return [];
    const { Name: name, Unit: unit = 'None' } = metric;
    const found = line[name];
    const values = (Array.isArray(found) ? found : [found]).slice(0, mostValues);
    return values.flatMap((value) => {
      if (typeof value !== 'number') return [];
      return listOf(Dimensions).flatMap((set) => {
        const dimensions = dimensionsOf(line, set);
        return dimensions ? [{ namespace: Namespace, name, dimensions, value, unit: String(unit) }] : [];
      });
    });
  });
}

/**
 * The metrics that a line of a function's log embeds (Amazon CloudWatch User Guide, "Specification: Embedded metric format"). What is
 * no such line, or a wrong one, embeds none.
 */
export function embeddedMetrics(message: string): EmbeddedMetric[] {
  if (!message.includes('"_aws"')) return [];
  let line: unknown;
  try {
    line = JSON.parse(message);
  } catch {
    return [];
  }
  if (!isObject(line) || !isObject(line['_aws'])) return [];
  const whole = line;
  return listOf(line['_aws']['CloudWatchMetrics']).flatMap((directive) =>
    isObject(directive) ? metricsOf(whole, directive) : [],
  );
}
