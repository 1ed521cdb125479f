import * as z from 'zod';
import { columnSchemaOf } from '#domain/data/column-schema';
import type { Encoding } from '#domain/encodings/encoding';
import type { Interaction } from '#domain/encodings/interaction';
import { INTERACTIONS, interactionsSchema, namedInteractions } from '#domain/encodings/interactions';
import { ENCODINGS } from '#domain/encodings/registry';
import type { PrivacyAction } from '#domain/privacy/privacy-action';
import { PRIVACY_ACTIONS } from '#domain/privacy/registry';
import type { Chapter, Kind } from '../chapter.ts';
import { settingCode, table } from '../entry.ts';
import { problemOf } from '../minimal-pipelines.ts';
import { jsonSchemaOf, type Setting, settingsOf } from '../settings.ts';
import { anyOfThese, code, inWords, type JsonSchema, sentence } from '../words.ts';
import { exampleYaml, fragment } from '../yaml.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** Names for columns in examples, by role or type. */
const columnNames: Readonly<Record<string, string>> = {
  pii: 'email',
  quasi: 'zip',
  text: 'complaint',
  number: 'income',
  category: 'rating',
  boolean: 'is_student',
  datetime: 'joined_at',
};

const nameFor = ({ role, type }: Mapping): string => columnNames[String(type ?? role)] ?? 'region';
const path = (column: Mapping): readonly string[] => ['dataset', 'columns', nameFor(column)];
const problem = (column: Mapping): string | undefined => problemOf(fragment(path(column), column));

function kindOf(name: string, summary: string, settings: z.ZodRawShape, example: Mapping): Kind {
  const schema = jsonSchemaOf(z.object(settings));
  return {
    name,
    summary,
    settings: settingsOf(schema),
    example,
    yaml: exampleYaml(path(example), [example]),
    required: ['role', 'action', 'type', 'encode', ...(schema.required ?? [])],
    problem,
  };
}

const actionOf = ({ name, summary, roles, settings, example }: PrivacyAction): Kind =>
  kindOf(name, `${sentence(summary)} For columns of role ${anyOfThese(roles.map(code))}.`, settings, example);
const encodingOf = ({ name, type, summary, settings, example }: Encoding): Kind =>
  kindOf(name, `${sentence(summary)} For columns of type ${code(type)}.`, settings, example);

function interactionOf({ name, summary, example }: Interaction): Kind {
  const [{ columns, as = name } = { columns: [] }] = namedInteractions(interactionsSchema.parse([example]));
  const whole = { of: [...columns], as };
  return {
    name,
    summary,
    settings: [],
    example: whole,
    yaml: exampleYaml(['dataset', 'interactions'], [[whole]]),
    required: ['of', 'as'],
    problem: (own) => problemOf({ dataset: { interactions: [own] } }),
  };
}

/** The kinds that a column may name, and the forms it then has. */
interface ColumnKinds {
  readonly actions: readonly Kind[];
  readonly encodings: readonly Kind[];
  readonly forms: readonly JsonSchema[];
}
const kindsOf = (actions: readonly PrivacyAction[], encodings: readonly Encoding[]): ColumnKinds => ({
  actions: actions.map(actionOf),
  encodings: encodings.map(encodingOf),
  forms: forms(jsonSchemaOf(columnSchemaOf(actions, encodings))),
});

/** Every variant of a column. */
function forms(schema: JsonSchema): readonly JsonSchema[] {
  const branches = schema.anyOf ?? schema.oneOf;
  return branches ? branches.flatMap(forms) : [schema];
}

/** What each role means, with an example of a column. */
function rolesTable(kinds: ColumnKinds): string {
  const rows = new Map<string, string[]>();
  for (const { description = '', properties = {} } of kinds.forms) {
    const role = String(properties['role']?.const);
    if (rows.has(role)) continue;
    const action = properties['action']?.const;
    const example =
      action === undefined
        ? (kinds.encodings.find((kind) => kind.example['role'] === role)?.example ?? { role })
        : { ...kinds.actions.find(({ name }) => name === action)?.example, role };
    rows.set(role, [code(role), sentence(description), code(example)]);
  }
  return table(['role', 'meaning', 'example'], [...rows.values()]);
}

const isRole = ({ path: [key] }: Pick<Setting, 'path'>): boolean => key === 'role';

/** The settings of a column that belong to no action and no encoding. */
function ownSettings({ actions, encodings, forms: all }: ColumnKinds): Setting[] {
  const ofKinds = new Set(
    [...actions, ...encodings].flatMap(({ settings }) => settings.map((own) => own.path.join('.'))),
  );
  const merged = new Map<string, Setting & { readonly values: readonly string[] }>();
  for (const form of all) {
    for (const [key, own] of Object.entries(form.properties ?? {})) {
      if (ofKinds.has(key)) continue;
      const before = merged.get(key);
      const values = own.const === undefined ? (own.enum ?? []).map(code) : [code(own.const)];
      merged.set(key, {
        path: [key],
        description: before?.description ?? own.description,
        words: before?.words ?? (own.properties === undefined && own.const === undefined ? inWords(own) : undefined),
        required: false,
        alternative: true,
        default: before?.default ?? own.default,
        examples: before?.examples ?? own.examples ?? [],
        values: [...new Set([...(before?.values ?? []), ...values])],
      });
    }
  }
  const rows = [...merged.values()].toSorted((a, b) => Number(isRole(b)) - Number(isRole(a)));
  return rows.map(({ values, ...setting }) => ({
    ...setting,
    words: values.length > 0 ? `one of ${anyOfThese(values)}` : (setting.words ?? 'a mapping'),
  }));
}

const settingsRows = (kinds: ColumnKinds): string[][] =>
  ownSettings(kinds).map(({ path: [key = ''], description, words, examples }) => [
    code(key),
    sentence(description ?? ''),
    sentence(words ?? ''),
    examples.map((example) => settingCode([key], example)).join(' or '),
  ]);

/** The same for the registered kinds. */
export const columnSettings = (): Setting[] => ownSettings(kindsOf(PRIVACY_ACTIONS, ENCODINGS));

/** Columns, the privacy actions and the encodings. */
export function columnChapters(
  actions: readonly PrivacyAction[] = PRIVACY_ACTIONS,
  encodings: readonly Encoding[] = ENCODINGS,
  interactions: readonly Interaction[] = INTERACTIONS,
): Chapter[] {
  const kinds = kindsOf(actions, encodings);
  return [
    {
      title: 'Columns',
      text: [
        'A column is a mapping below `dataset.columns`. Its role decides which other settings it has.',
        rolesTable(kinds),
        table(['setting', 'what it says', 'value', 'example'], settingsRows(kinds)),
        'A column of role `pii`, `quasi` or `text` also has the settings of its privacy action. A column of role `feature`, and the mapping `feature`, also have the settings of their encoding.',
      ].join('\n\n'),
      kinds: [],
    },
    { title: 'Privacy actions', text: 'What can happen to a personal column.', kinds: kinds.actions },
    {
      title: 'Encodings',
      text: 'How a column becomes model inputs. The first encoding of a type is its default.',
      kinds: kinds.encodings,
    },
    {
      title: 'Interactions',
      text: 'What becomes of two columns of `dataset.interactions`. A pair without `as` has the first interaction here that takes the types of its columns.',
      kinds: interactions.map(interactionOf),
    },
  ];
}
