import { type Setting, shownBy } from './settings.ts';
import { code, sentence } from './words.ts';
import { exampleYaml, flow, fragment } from './yaml.ts';

/** The anchor that GitHub gives a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');

export const link = (heading: string): string => `[${heading}](#${anchorOf(heading)})`;
export const yamlBlock = (yaml: string): string => `\`\`\`yaml\n${yaml}\n\`\`\``;
const nameOf = ({ path }: Setting): string => `\`${path.join('.')}\``;

/** An empty string would be invisible as code. */
const shownDefault = (value: unknown): string =>
  value === undefined ? '' : value === '' ? 'an empty text' : code(value);

/** Whether it is a mapping whose settings have the defaults. */
const isOpen = ({ words, default: own }: Setting): boolean => words === undefined && flow(own ?? {}) === '{}';

/** The allowed values and the default. */
function factsOf(setting: Setting): string {
  const { words, required } = setting;
  const value = words === undefined ? '' : sentence(words);
  if (setting.default !== undefined && !isOpen(setting))
    return `${value} Default: ${shownDefault(setting.default)}.`.trim();
  if (required) return `${value} Required.`.trim();
  return setting.default === undefined && !setting.alternative ? `${value} Optional.`.trim() : value;
}

/** A setting's description, allowed values and an example. */
export function entryOf(setting: Setting, all: readonly Setting[], level: number): string {
  const shower = shownBy(setting, all);
  const example =
    setting.examples.length > 0
      ? yamlBlock(exampleYaml(setting.path, setting.examples))
      : setting.words !== undefined && shower
        ? `Example: see ${link(nameOf(shower))}.`
        : '';
  const parts = [
    `${'#'.repeat(level)} ${nameOf(setting)}`,
    sentence(setting.description ?? ''),
    factsOf(setting),
    example,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** `expect: { min: 0 }`: a setting within a mapping, as code. */
export const settingCode = (path: readonly string[], value: unknown): string =>
  code(fragment(path, value)).replace(/^`\{ (.*) \}`$/, '`$1`');

/** The settings of a kind as a table, each with the values of its examples. */
export function settingsTable(settings: readonly Setting[]): string {
  const rows = settings
    .filter(({ words }) => words !== undefined)
    .map((setting) => {
      const key = setting.path.join('.');
      const fallback = setting.required
        ? 'required'
        : setting.default === undefined
          ? 'optional'
          : `${shownDefault(setting.default)} by default`;
      return [
        code(key),
        sentence(setting.description ?? ''),
        `${setting.words}; ${fallback}`,
        setting.examples.map((example) => settingCode(setting.path, example)).join(' or '),
      ];
    });
  return table(['setting', 'what it does', 'value', 'example'], rows);
}
