import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Kind, problemOfSetting, valuesOf } from '../../../scripts/reference/chapter.ts';
import { columnSettings } from '../../../scripts/reference/chapters/columns.ts';
import { MINIMAL_PIPELINES, problemOf } from '../../../scripts/reference/minimal-pipelines.ts';
import { allChapters, pipelineSettings, referencePage } from '../../../scripts/reference/page.ts';
import { type Setting, shownBy, surroundings } from '../../../scripts/reference/settings.ts';
import { exampleYaml, fragment } from '../../../scripts/reference/yaml.ts';

const page = readFileSync(new URL('../../../docs/reference.md', import.meta.url), 'utf8');
const settings = pipelineSettings();
const nameOf = ({ path }: Setting): string => path.join('.');
const kinds = allChapters().flatMap((chapter) =>
  chapter.kinds.map((kind): [string, Kind] => [`${chapter.title}: ${kind.name}`, kind]),
);

describe('docs/reference.md', () => {
  it('is what the schemas and registries say; run npm run reference after a change', () => {
    expect(referencePage()).toBe(page);
  });

  it('has a heading for every setting of a pipeline', () => {
    const headings = page.match(/^#+ `.*`$/gm) ?? [];
    expect(
      settings.map(nameOf).filter((name) => !headings.some((heading) => heading.endsWith(` \`${name}\``))),
    ).toEqual([]);
  });

  it('links only to headings that it has', () => {
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z0-9 _-]/g, '')
        .replaceAll(' ', '-'),
    );
    const targets = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target);
    expect(targets.filter((target) => !anchors.includes(target ?? ''))).toEqual([]);
  });
});

describe('the short pipelines that examples are put into', () => {
  it.each(Object.keys(MINIMAL_PIPELINES))('are valid: %s', (task) => {
    expect(problemOf({ evaluation: { task } })).toBeUndefined();
  });
});

describe.each(settings.map((setting): [string, Setting] => [nameOf(setting), setting]))(
  'the setting %s',
  (_, setting) => {
    it('has a description and an example', () => {
      expect(setting.description ?? '').not.toBe('');
      if (setting.words !== undefined) expect(shownBy(setting, settings)).toBeDefined();
    });

    it('has only examples that are valid', () => {
      for (const example of setting.examples) {
        expect(problemOf(...surroundings(setting, settings), fragment(setting.path, example))).toBeUndefined();
        expect(parse(exampleYaml(setting.path, [example]))).toEqual(fragment(setting.path, example));
      }
    });
  },
);

describe('a setting of a column', () => {
  it.each(columnSettings().map((setting): [string, Setting] => [nameOf(setting), setting]))(
    'has a description and an example: %s',
    (_, { description, examples }) => {
      expect(description ?? '').not.toBe('');
      expect(examples).not.toEqual([]);
    },
  );
});

describe.each(kinds)('%s', (_, kind) => {
  it('has a summary and a valid example, which its YAML shows', () => {
    expect(kind.summary).not.toBe('');
    expect(kind.problem(kind.example)).toBeUndefined();
    expect(JSON.stringify(parse(kind.yaml))).toContain(JSON.stringify(kind.example));
  });

  it('has a description and a valid example for each setting', () => {
    for (const setting of kind.settings.filter(({ words }) => words !== undefined)) {
      const name = nameOf(setting);
      const values = valuesOf(setting, kind);
      expect([name, setting.description ?? '']).not.toEqual([name, '']);
      expect([name, values.length]).not.toEqual([name, 0]);
      for (const value of values) expect([name, problemOfSetting(kind, setting, value)]).toEqual([name, undefined]);
    }
  });
});
