type Path = readonly PropertyKey[];
type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Merges settings member by member: mappings are merged, anything else replaces what was there, and null takes it out (RFC 7396, JSON
 * Merge Patch). An empty mapping replaces too where it is a setting, because `alarms: {}` means that there are none; a stage or a
 * section that says nothing changes nothing.
 *
 * @param depth 0 for a stage, 1 for its sections, more for settings
 */
function merge(settings: unknown, own: Mapping, depth: number): Mapping {
  const merged: Record<string, unknown> = isMapping(settings) ? { ...settings } : {};
  for (const [key, value] of Object.entries(own)) {
    if (value === null) delete merged[key];
    else if (!isMapping(value)) merged[key] = value;
    else if (Object.keys(value).length > 0) merged[key] = merge(merged[key], value, depth + 1);
    else if (depth > 0 || merged[key] === undefined) merged[key] = value;
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
  const own = stage !== undefined && Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  return isMapping(own) ? merge(settings, own, 0) : settings;
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
