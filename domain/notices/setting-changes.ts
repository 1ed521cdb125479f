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

const rank = (setting: string, first: string | undefined): number => (setting.split('.', 1)[0] === first ? 0 : 1);

/**
 * The settings that differ between two configurations, by their paths in alphabetical order.
 *
 * @param first the section whose settings come before the others
 */
export function settingChanges(before: unknown, now: unknown, first?: string): SettingChange[] {
  const [former, latter] = [flatten(before, '', new Map()), flatten(now, '', new Map())];
  return [...new Set([...former.keys(), ...latter.keys()])]
    .toSorted((a, b) => rank(a, first) - rank(b, first) || (a < b ? -1 : 1))
    .flatMap((setting) => {
      const change = { setting, before: former.get(setting), now: latter.get(setting) };
      return change.before === change.now ? [] : [change];
    });
}
