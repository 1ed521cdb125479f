import { nearestName } from 'located-yaml/nearest-name';
import { type DriftSettings, driftSchema } from '#domain/drift/settings';
import { ConfigurationError } from '#domain/errors';

type Section = Readonly<Record<string, unknown>>;

/** A value of the command line as YAML reads a scalar. */
function scalarOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

/** The section with the setting at a path in place of its own. */
function withSetting(section: Section, [name = '', ...rest]: readonly string[], value: unknown): Section {
  if (rest.length === 0) return { ...section, [name]: value };
  const inner = section[name];
  return { ...section, [name]: withSetting((inner ?? {}) as Section, rest, value) };
}

const known = [...Object.keys(driftSchema.shape), ...Object.keys(driftSchema.shape.performance.unwrap().shape)];

/**
 * The `drift` section of a pipeline with other settings in the place of its own.
 *
 * @param section undefined for a pipeline without one: the defaults
 * @param overrides as `psi=0.3` or `performance.maxDrop=0.1`
 * @throws ConfigurationError naming the setting and what it may be
 */
export function overrideSettings(section: Section | undefined, overrides: readonly string[]): DriftSettings {
  let changed: Section = section ?? { schedule: 'rate(1 day)' };
  for (const text of overrides) {
    const at = text.indexOf('=');
    if (at < 1) {
      throw new ConfigurationError(
        `--set ${text} is not <setting>=<value>: write it as psi=0.3, or performance.maxDrop=0.1.`,
      );
    }
    changed = withSetting(changed, text.slice(0, at).split('.'), scalarOf(text.slice(at + 1)));
  }
  const { data, error } = driftSchema.safeParse(changed);
  if (data) return data;
  const [issue] = error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknown !== undefined) {
    const meant = nearestName(unknown, known);
    throw new ConfigurationError(
      `The drift section has no setting ${unknown}.${meant === undefined ? '' : ` Did you mean ${meant}?`} docs/reference.md lists them.`,
    );
  }
  throw new ConfigurationError(
    `drift.${issue?.path.join('.')}: ${issue?.message}. docs/reference.md says what it may be.`,
  );
}
