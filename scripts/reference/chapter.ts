import { settingsTable, yamlBlock } from './entry.ts';
import { withSettings } from './minimal-pipelines.ts';
import type { Setting } from './settings.ts';
import { sentence } from './words.ts';
import { fragment } from './yaml.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** One kind of a registry, as the reference shows it. */
export interface Kind {
  readonly name: string;
  readonly summary: string;
  /** Its own settings; those that tell it apart from others are left out. */
  readonly settings: readonly Setting[];
  readonly example: Mapping;
  /** The example as it stands in the pipeline's file, or in a file of its own. */
  readonly yaml: string;
  /** What else there is to say of it, below its example. */
  readonly notes?: readonly string[];
  /** Keys of the example without which no value of the kind is valid. */
  readonly required: readonly string[];
  /** Why a value of the kind is not valid; undefined when it is. */
  problem(value: Mapping): string | undefined;
}

/** A chapter on the kinds of one registry. */
export interface Chapter {
  readonly title: string;
  readonly text: string;
  readonly kinds: readonly Kind[];
  /** Whether the text lists the kinds already. */
  readonly listed?: boolean;
}

/** The values a setting of a kind has in examples: its own, or the one in the example of the kind. */
export function valuesOf({ path, examples }: Setting, { example }: Pick<Kind, 'example'>): readonly unknown[] {
  if (examples.length > 0) return examples;
  const value = path.reduce<unknown>((inner, key) => (inner as Mapping | undefined)?.[key], example);
  return value === undefined ? [] : [value];
}

/** Why an example of a setting is not valid, neither beside the example of its kind nor with only what the kind needs. */
export function problemOfSetting(kind: Kind, { path }: Setting, value: unknown): string | undefined {
  const own = fragment(path, value) as Mapping;
  const needed = Object.entries(kind.example).filter(
    ([key]) => kind.required.includes(key) && !Object.hasOwn(own, key),
  );
  const alone = kind.problem({ ...Object.fromEntries(needed), ...own });
  return alone === undefined ? undefined : kind.problem(withSettings(kind.example, own) as Mapping);
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
