/** Selects fields of a CSV row. */
export type FieldFilter = (fields: readonly string[]) => readonly string[];

/** A filter that can't be used, or a row it does not fit. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}

type Part = { readonly index: number } | { readonly start: number; readonly end: number | undefined };

const parsePart = (text: string): Part | undefined => {
  const slice = /^(-?\d*):(-?\d*)$/.exec(text);
  if (slice) return { start: Number(slice[1] || 0), end: slice[2] ? Number(slice[2]) : undefined };
  return /^-?\d+$/.test(text) ? { index: Number(text) } : undefined;
};

/**
 * Reads the JSONPath that batch transform takes for CSV: `$`, `$[2]`, `$[1:]`, `$[0,-1]`, `$[0,5:]`; negative numbers count
 * from the end (Developer Guide: Associate prediction results with input records).
 * @returns undefined for `$` and for nothing: all fields.
 * @throws FilterError for any other path.
 */
export const parseCsvFilter = (path: string | undefined): FieldFilter | undefined => {
  if (path === undefined || path === '' || path === '$') return undefined;
  const inside = /^\$\[([^[\]]+)\]$/.exec(path)?.[1];
  const parts = inside?.split(',').map((part) => parsePart(part.trim()));
  if (!parts?.every((part) => part !== undefined)) {
    throw new FilterError(`${path} is not a filter for CSV: use $, an index $[0], a slice $[1:] or several $[0,5:]`);
  }
  return (fields) => parts.flatMap((part) => select(part, fields, path));
};

const select = (part: Part, fields: readonly string[], path: string): readonly string[] => {
  if ('start' in part) return fields.slice(part.start, part.end);
  const field = fields.at(part.index);
  if (field === undefined)
    throw new FilterError(`${path} selects field ${part.index} of a row with ${fields.length} fields`);
  return [field];
};

/** Splits one CSV line; the fields keep their quotes, so that joining them with commas gives the line again. */
export const splitCsvLine = (line: string): string[] => {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < line.length; i += 1) {
    if (line[i] === '"') quoted = !quoted;
    else if (line[i] === ',' && !quoted) {
      fields.push(line.slice(start, i));
      start = i + 1;
    }
  }
  fields.push(line.slice(start));
  return fields;
};
