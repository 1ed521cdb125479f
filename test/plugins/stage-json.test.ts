import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

const { stageJson } = createRequire(import.meta.url)('../../plugins/stage-json.cjs') as {
  stageJson(text: string, stage: string): string;
};

const text = 'name: churn\nnotify: { slack: "#ml" }\nstages: { prod: { notify: { slack: "#prod" } } }\n';

it.each([
  ['prod', '#prod'],
  ['dev', '#ml'],
])('a package for %s has the settings of that stage, and no others', (stage, slack) => {
  expect(JSON.parse(stageJson(text, stage))).toEqual({ name: 'churn', notify: { slack } });
});

it('reads merge keys as the check of the file does', () => {
  const merged = 'a: &a { x: 1 }\nb: { <<: *a, y: 2 }\n';
  expect(JSON.parse(stageJson(merged, 'dev'))).toEqual({ a: { x: 1 }, b: { x: 1, y: 2 } });
});
