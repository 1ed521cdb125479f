import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { slackSettings } from '#functions/runtime/channels';
import { pipelineNames } from '#functions/runtime/packaged-pipelines';
import { readPipeline } from '#functions/runtime/pipelines';
import { putPackagedPipeline } from '../support/packaged-pipeline.ts';

let root: string;
const text = `name: loan
dataset:
  format: csv
  label: { column: y, positive: 1 }
  columns: { x: { role: feature, type: number } }
evaluation: { task: binary, gates: [{ metric: auc, min: 0.5 }] }
`;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidegate-pipelines-'));
  mkdirSync(join(root, 'pipelines'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const put = (file: string, content: string) => writeFileSync(join(root, 'pipelines', file), content);
const putPipeline = (content: string) => putPackagedPipeline(root, 'loan', content);

it('names the pipelines of the package in order, and nothing else that lies there', () => {
  for (const file of ['b.yml', 'a.yml', 'a.json', 'README.md', 'c.yaml']) put(file, '');
  expect(pipelineNames(root)).toEqual(['a', 'b']);
});

it('reads a pipeline, as text and as what it means', () => {
  putPipeline(text);
  expect(readPipeline(root, 'loan')).toMatchObject({
    text,
    pipeline: { name: 'loan', evaluation: { task: 'binary' } },
  });
});

it.each([
  ['loans', /has this name\. Did you mean "loan"\? There are: loan\..*add a pipeline of this name/],
  ['../pipelines/loan', /There are: loan\./],
])('does not know %s, and says which there are', (name, said) => {
  putPipeline(text);
  expect(() => readPipeline(root, name)).toThrow(
    expect.objectContaining({ name: 'UnknownPipelineError', message: expect.stringMatching(said) }),
  );
});

it('names the first ten of fifty', () => {
  for (let i = 1; i <= 50; i++) put(`p${String(i).padStart(2, '0')}.yml`, '');
  expect(() => readPipeline(root, 'loan')).toThrow(
    'There are: p01, p02, p03, p04, p05, p06, p07, p08, p09, p10 and 40 more.',
  );
});

it('says so when there is none at all', () => {
  expect(() => readPipeline(root, 'loan')).toThrow('There are: none.');
});

it('names the file that is no pipeline, and what is wrong in it', () => {
  putPipeline(text.replace('auc', 'rmse'));
  expect(() => readPipeline(root, 'loan')).toThrow(
    expect.objectContaining({
      name: 'PipelineConfigError',
      message: expect.stringMatching(/pipelines\/loan\.yml .*evaluation\.gates\.0.*Deploy again\./),
    }),
  );
});

it('reads the channel of a pipeline, and of nothing else', () => {
  putPipeline(`${text}notify: { slack: '#ml-loans' }\n`);
  putPackagedPipeline(root, 'quiet', text);
  putPackagedPipeline(root, 'broken', "notify: { slack: 'loans' }\n");
  expect(slackSettings(root, 'loan')).toBe('#ml-loans');
  for (const name of ['quiet', 'broken', 'nobody', '../pipelines/loan'])
    expect(slackSettings(root, name)).toBeUndefined();
});
