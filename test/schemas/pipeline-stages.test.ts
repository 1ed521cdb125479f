import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePipeline } from '#schemas/load-pipeline';
import { pipelineSchema } from '#schemas/pipeline';

const base = `name: small
dataset:
  format: csv
  label: { column: y, positive: 1 }
  columns:
    x: { role: feature, type: number }
evaluation: { task: binary, gates: [{ metric: auc, min: 0.7 }] }
drift: { schedule: rate(1 day), window: 3d }
deployment: { instances: { type: ml.c5.large }, strategy: canary, percent: 20 }
`;
const staged = `${base}stages:
  dev:
    registry: { approval: auto }
    drift: null
    deployment: { strategy: all-at-once, percent: null }
    training: { instances: { type: ml.m5.2xlarge } }
  prod:
    deployment:
      instances: { count: 3 }
      alarms: { latency: 200 }
    drift: { window: 7d }
    notify: { slack: '#prod' }
`;
const problemsOf = (text: string): string[] => {
  try {
    parsePipeline(text, 'p.yml');
  } catch (error) {
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
};

describe('a pipeline in a stage', () => {
  it('has what the stage says in place of what the file says', () => {
    const dev = parsePipeline(staged, 'p.yml', { stage: 'dev' });
    expect(dev.registry.approval).toBe('auto');
    expect(dev.drift).toBeUndefined();
    expect(dev.deployment).toMatchObject({ strategy: 'all-at-once', instances: { type: 'ml.c5.large', count: 1 } });
    expect(dev.training.instances).toMatchObject({ type: 'ml.m5.2xlarge', count: 1 });
    const prod = parsePipeline(staged, 'p.yml', { stage: 'prod' });
    expect(prod.deployment).toMatchObject({
      strategy: 'canary',
      percent: 20,
      instances: { type: 'ml.c5.large', count: 3 },
      alarms: { latency: 200 },
    });
    expect(prod.drift).toMatchObject({ schedule: 'rate(1 day)', window: '7d' });
    expect(prod.notify.slack).toBe('#prod');
    expect(prod.registry.approval).toBe('manual');
  });

  it('has no stages left, so that a run pins the settings of its own stage', () => {
    for (const stage of ['dev', 'prod', 'test']) {
      const pipeline = parsePipeline(staged, 'p.yml', { stage });
      expect(pipeline).not.toHaveProperty('stages');
      expect(pipelineSchema.parse(pipeline)).toEqual(pipeline);
    }
  });

  it('is what the file says where the stage has no entry', () => {
    expect(parsePipeline(staged, 'p.yml', { stage: 'test' })).toEqual(parsePipeline(base, 'p.yml'));
    expect(parsePipeline(staged, 'p.yml')).toEqual(parsePipeline(base, 'p.yml'));
  });
});

describe('mistakes in stages', () => {
  it.each([
    [
      'a wrong value, at its place',
      'prod: { deployment: { instances: { count: 0 } } }',
      'p.yml:10:53 stages.prod.deployment.instances.count: found 0; must be at least 1.',
    ],
    [
      'an unknown setting, with the one that was probably meant',
      'prod: { deployment: { stratgy: linear } }',
      'p.yml:10:33 stages.prod.deployment.stratgy: not a known setting. Did you mean strategy?',
    ],
    [
      'a setting of the file that no longer fits',
      'dev: { deployment: { strategy: all-at-once } }',
      'p.yml:10:18 stages.dev.deployment.percent: all-at-once moves everything at once; leave percent out. The value is that of deployment.percent; null takes it out.',
    ],
    [
      'a section that decides what a model is',
      'dev: { evaluation: { threshold: 0.2 } }',
      'p.yml:10:18 stages.dev.evaluation: not a known setting. Allowed: training, registry, deployment, drift, notify, budget, tracking.',
    ],
    [
      'hyperparameters',
      'dev: { training: { hyperparameters: {} } }',
      'p.yml:10:30 stages.dev.training.hyperparameters: not a known setting. Allowed: instances.',
    ],
    [
      'a name that is no stage',
      'production: {}',
      'p.yml:10:11 stages.production: not a valid name: a stage has at most 7 lower-case letters and digits, a letter first.',
    ],
    ['what is no mapping', '5', 'p.yml:10:9 stages: found 5; expected a mapping.'],
    ['a stage that is no mapping', 'dev: on', 'p.yml:10:16 stages.dev: found "on"; expected a mapping.'],
    [
      'a section that is no mapping',
      'dev: { deployment: canary }',
      'p.yml:10:30 stages.dev.deployment: found "canary"; expected a mapping.',
    ],
    [
      'a section that lacks something',
      'dev: { drift: { schedule: null } }',
      'p.yml:10:37 stages.dev.drift.schedule: missing; expected a text.',
    ],
  ])('are reported: %s', (_, stages, expected) => {
    expect(problemsOf(`${base}stages: ${stages.startsWith('5') ? stages : `{ ${stages} }`}\n`)).toEqual([expected]);
  });

  it('are found in every stage at once, and those of the file once', () => {
    const text = staged.replace('count: 3', 'count: 30').replace('strategy: all-at-once', 'strategy: slow');
    expect(problemsOf(text.replace('metric: auc', 'metric: aucc'))).toEqual([
      expect.stringMatching(/^p\.yml:7:\d+ evaluation\.gates\[0\]\.metric: found "aucc"/),
      expect.stringMatching(/^p\.yml:14:\d+ stages\.dev\.deployment\.strategy: found "slow"/),
      expect.stringMatching(/^p\.yml:18:\d+ stages\.prod\.deployment\.instances\.count: found 30/),
    ]);
  });

  it('are found whatever stage is read', () => {
    expect(() => parsePipeline(staged.replace('count: 3', 'count: 30'), 'p.yml', { stage: 'dev' })).toThrow(
      'stages.prod.deployment.instances.count',
    );
  });
});

it('the JSON Schema lets a stage say any part of a section, and null', () => {
  const { properties } = JSON.parse(
    readFileSync(new URL('../../schemas/generated/pipeline.schema.json', import.meta.url), 'utf8'),
  );
  const { properties: stage } = properties.stages.additionalProperties;
  expect(Object.keys(stage)).toEqual(['training', 'registry', 'deployment', 'drift', 'notify', 'budget', 'tracking']);
  const [drift, none] = stage.drift.anyOf;
  expect(none).toEqual({ type: 'null' });
  expect(drift).not.toHaveProperty('required');
  expect(properties.drift.required).toEqual(['schedule']);
  expect(Object.keys(drift.properties)).toEqual(Object.keys(properties.drift.properties));
  expect(stage.training.properties.instances.anyOf[0].properties).toHaveProperty('count');
});
