type Path = readonly PropertyKey[];
type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Merges a stage's settings into those of the file: mappings member by member, anything else replaces what was there, and null takes it
 * out (RFC 7396, JSON Merge Patch). An empty mapping replaces too, because `alarms: {}` means that there are none.
 */
function merge(settings: unknown, own: unknown): unknown {
  if (!isMapping(own) || Object.keys(own).length === 0) return own;
  const merged: Record<string, unknown> = isMapping(settings) ? { ...settings } : {};
  for (const [key, value] of Object.entries(own)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}

/** A file's settings for one stage, or for every stage that it does not name. They have no `stages`. */
export interface Reading {
  readonly stage?: string;
  readonly settings: unknown;
}

/** The `stages` of a file that may be wrong in any way. */
const stagesOf = (file: unknown): Mapping => {
  const stages = isMapping(file) ? file['stages'] : undefined;
  return isMapping(stages) ? stages : {};
};

/**
 * The settings of a pipeline's file that apply to a stage.
 *
 * @param file what the YAML says, unchecked
 * @param stage without it, the settings of a stage that the file does not name
 */
export function settingsOf(file: unknown, stage?: string): unknown {
  if (!isMapping(file)) return file;
  const { stages: _stages, ...settings } = file;
  const stages = stagesOf(file);
  return stage !== undefined && Object.hasOwn(stages, stage) ? merge(settings, stages[stage]) : settings;
}

/** Every reading of a file: that of stages without an entry, and that of each stage with one. */
export const readingsOf = (file: unknown): Reading[] => [
  { settings: settingsOf(file) },
  ...Object.keys(stagesOf(file)).map((stage) => ({ stage, settings: settingsOf(file, stage) })),
];

/** Whether a value has something at a path. */
export function has(value: unknown, [head, ...rest]: Path): boolean {
  if (head === undefined) return true;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, head)) return false;
  return has(value[head as never], rest);
}
