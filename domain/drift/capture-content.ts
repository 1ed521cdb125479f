import { EvaluationError } from '#domain/errors';

/** A row of numbers in JSON; null is missing. */
const asRow = (row: unknown): string => {
  const fields = Array.isArray(row) ? row : [row];
  return fields
    .map((field) => {
      if (field === null) return '';
      if (typeof field === 'number') return String(field);
      throw new EvaluationError('a row of the request holds something other than numbers');
    })
    .join(',');
};

/** The keys below which SageMaker's formats keep rows, and the numbers of a row. */
const keys = ['instances', 'predictions', 'data', 'features', 'values', 'score', 'scores', 'probabilities'];

/** What an object keeps below one of these keys, however deep; anything else as it is. */
function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const key = keys.find((one) => Object.hasOwn(value, one));
  return key === undefined ? value : unwrap((value as Readonly<Record<string, unknown>>)[key]);
}

/** The rows of one JSON value: a list of rows, or one row. */
function rowsOfJson(value: unknown): string[] {
  const rows = unwrap(value);
  const isList = Array.isArray(rows) && rows.some((row) => typeof row === 'object' && row !== null);
  return (isList ? rows : [rows]).map((row) => asRow(unwrap(row)));
}

/** Whether a captured text looks like JSON or JSON Lines. */
export const looksLikeJson = (text: string): boolean => /^\s*[[{]/.test(text);

/**
 * Model inputs or answers in JSON or JSON Lines as CSV, one row a line: lists of numbers, `{"instances": [{"features": […]}, …]}` and
 * `{"predictions": [{"score": 0.7}, …]}` (SageMaker Developer Guide, "Common Data Formats for Inference").
 *
 * @throws EvaluationError when it is none of these; SyntaxError when it is not JSON
 */
export function jsonToCsv(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const values = lines.length > 1 && lines.every(isJson) ? lines : [text];
  return values.flatMap((value) => rowsOfJson(JSON.parse(value) as unknown)).join('\n');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
