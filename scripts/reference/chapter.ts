import { settingsTable, yamlBlock } from './entry.ts';
import { withSettings } from './minimal-pipelines.ts';
import type { Setting } from './settings.ts';
import { sentence } from './words.ts';
import { fragment } from './yaml.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** The reference entry of one kind in a registry. */
export interface Kind {
  readonly name: string;
  readonly summary: string;
  /** Its own settings, without the discriminators. */
  readonly settings: readonly Setting[];
  readonly example: Mapping;
  /** The example as YAML, in the pipeline file or a separate file. */
  readonly yaml: string;
  /** More about the kind, below its example. */
  readonly notes?: readonly string[];
  /** The example's required keys. */
  readonly required: readonly string[];
  /** Why a value of the kind is invalid; undefined when it is valid. */
  problem(value: Mapping): string | undefined;
}

/** A chapter on the kinds of one registry. */
export interface Chapter {
  readonly title: string;
  readonly text: string;
  readonly kinds: readonly Kind[];
  /** Whether the text already lists the kinds. */
  readonly listed?: boolean;
}

/** A setting's example values: its own, or the one in the kind's example. */
export function valuesOf({ path, examples }: Setting, { example }: Pick<Kind, 'example'>): readonly unknown[] {
  if (examples.length > 0) return examples;
  const value = path.reduce<unknown>((inner, key) => (inner as Mapping | undefined)?.[key], example);
  return value === undefined ? [] : [value];
}

/**
 * Why an example of a setting is invalid: with only the required settings, in the place of the example's own setting, and merged into
 * the example. Undefined: one of them is valid.
 */
export function problemOfSetting(kind: Kind, { path }: Setting, value: unknown): string | undefined {
  const own = fragment(path, value) as Mapping;
  const needed = Object.entries(kind.example).filter(
    ([key]) => kind.required.includes(key) && !Object.hasOwn(own, key),
  );
  const candidates = [
    { ...Object.fromEntries(needed), ...own },
    { ...kind.example, ...own },
    withSettings(kind.example, own) as Mapping,
  ];
  const problems = candidates.map((candidate) => kind.problem(candidate));
  return problems.includes(undefined) ? undefined : problems.at(-1);
}

function kindText(kind: Kind, level: number): string {
  const settings = kind.settings.filter(({ words }) => words !== undefined);
  const shown = settings.map((setting) => ({ ...setting, examples: valuesOf(setting, kind) }));
  return [
    `${'#'.repeat(level)} \`${kind.name}\``,
    sentence(kind.summary),
    ...(shown.length > 0 ? [settingsTable(shown)] : []),
    yamlBlock(kind.yaml),
    ...(kind.notes ?? []),
  ].join('\n\n');
}

export const chapterText = ({ title, text, kinds, listed }: Chapter, level = 3): string =>
  [`${'#'.repeat(level)} ${title}`, text, ...(listed ? [] : kinds.map((kind) => kindText(kind, level + 1)))].join(
    '\n\n',
  );
