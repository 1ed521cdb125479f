import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePipeline } from '#schemas/load-pipeline';
import { anchorOf } from '../../../scripts/reference/entry.ts';
import { problemOf } from '../../../scripts/reference/minimal-pipelines.ts';
import { pipelineSettings, referencePage } from '../../../scripts/reference/page.ts';

const guide = readFileSync(new URL('../../../docs/pipelines.md', import.meta.url), 'utf8');
const [whole = '', ...fragments] = [...guide.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml = '']) => yaml);

describe('docs/pipelines.md', () => {
  it('opens with a whole pipeline that is valid', () => {
    expect(parsePipeline(whole, 'docs/pipelines.md').name).toBe('churn');
  });

  it('links only to headings of the reference that it has', () => {
    const targets = [...guide.matchAll(/\]\(reference\.md#([^)]+)\)/g)].map(([, target]) => target);
    const anchors = referencePage()
      .split('\n')
      .flatMap((line) => (line.startsWith('#') ? [anchorOf(line.replace(/^#+ /, ''))] : []));
    expect(targets.filter((target) => !anchors.includes(target ?? ''))).toEqual([]);
  });

  it('shows every section of a pipeline in it', () => {
    const sections = pipelineSettings().flatMap(({ path: [section], path }) => (path.length === 1 ? [section] : []));
    expect(Object.keys(parse(whole))).toEqual(sections);
  });

  it.each(fragments)('has examples that are valid: %s', (yaml) => {
    expect(problemOf(parse(yaml))).toBeUndefined();
  });
});
