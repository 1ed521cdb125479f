/** A setting that differs between two runs, each value as JSON; undefined where it is not set. */
export interface SettingChange {
  readonly setting: string;
  readonly before: string | undefined;
  readonly now: string | undefined;
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The settings below a value, by their paths: a list and an empty mapping are one setting each. */
function flatten(value: unknown, path: string, found: Map<string, string>): Map<string, string> {
  if (isMapping(value) && Object.keys(value).length > 0) {
    for (const [name, own] of Object.entries(value)) flatten(own, path === '' ? name : `${path}.${name}`, found);
  } else if (value !== undefined && path !== '') found.set(path, JSON.stringify(value));
  return found;
}

/** The settings that differ between two configurations, by their paths in alphabetical order. */
export function settingChanges(before: unknown, now: unknown): SettingChange[] {
  const [former, latter] = [flatten(before, '', new Map()), flatten(now, '', new Map())];
  return [...new Set([...former.keys(), ...latter.keys()])].toSorted().flatMap((setting) => {
    const change = { setting, before: former.get(setting), now: latter.get(setting) };
    return change.before === change.now ? [] : [change];
  });
}
