import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  endpointName,
  makeRunId,
  modelPackageGroupName,
  runResourceName,
  transformJobName,
  tuningJobName,
} from '#domain/naming';
import { parsePipeline } from '#schemas/load-pipeline';
import { pipelineSchema } from '#schemas/pipeline';
import { events } from '../../resources/events.ts';
import { writeManyPipelines, writePipeline } from '../support/many-pipelines.ts';
import { type CompiledTemplate, type PackagedProject, packageProject } from '../support/package-project.ts';

/** The longest name that a stage may have. */
const stage = 'staging';
const longestBucket = 'x'.repeat(63);
let folder: string;
let files: string[];
let packaged: PackagedProject;
let template: CompiledTemplate;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-fifty-'));
  files = writeManyPipelines(folder, 50);
  packaged = packageProject(stage, { pipelines: files });
  template = packaged.template;
}, 240_000);
afterAll(() => {
  packaged?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const ofType = (type: string) => Object.entries(template.Resources).filter(([, r]) => r.Type === type);
const names = (): string[] => files.map((file) => basename(file, '.yml'));
/** The size of a value once CloudFormation has filled in the name of the raw bucket. */
const sizeOf = (value: unknown): number =>
  JSON.stringify(value).replaceAll('{"Ref":"RawBucket"}', `"${longestBucket}"`).length;

describe('a stack of fifty pipelines', () => {
  it('has one schedule and one lifecycle rule more for each, and nothing else: no function, role, rule or machine of their own', () => {
    const own = Object.entries(template.Resources).filter(([, resource]) => {
      const text = JSON.stringify(resource.Properties);
      return resource.Type !== 'AWS::CloudWatch::Dashboard' && names().some((name) => text.includes(name));
    });
    const types = Map.groupBy(own, ([, { Type }]) => Type);

    expect(Object.fromEntries([...types].map(([type, found]) => [type, found.length]))).toEqual({
      'AWS::Scheduler::Schedule': 50,
      // which share the keys that start a run, those of outcomes and those of batches
      'AWS::Events::Rule': 5,
      // the raw, the clean and the artifacts bucket
      'AWS::S3::Bucket': 3,
    });
    const expiring: Record<string, (name: string) => string[]> = {
      RawBucket: (name) => [`_tidegate/${name}/`],
      CleanBucket: (name) => ['captures', 'predictions', 'outcomes', 'batch'].map((folder) => `${name}/${folder}/`),
      ArtifactsBucket: (name) => [`${name}/drift-sketches/`, `${name}/drift/`],
    };
    for (const [bucket, prefixesOf] of Object.entries(expiring)) {
      const rules = template.Resources[bucket]?.Properties['LifecycleConfiguration'];
      const prefixes = (rules as { Rules: { Prefix?: string }[] }).Rules.map(({ Prefix }) => Prefix);
      expect(names().filter((name) => prefixesOf(name).every((prefix) => prefixes.includes(prefix)))).toHaveLength(50);
      // S3 takes 1,000 lifecycle rules a bucket
      expect(prefixes.length).toBeLessThan(1000);
    }
  });

  it('is within what CloudFormation takes', () => {
    expect(Object.keys(template.Resources).length).toBeLessThan(500);
    // as the framework uploads it, without the blanks of the file
    const uploaded = Buffer.byteLength(JSON.stringify(template));
    expect(uploaded).toBeLessThan(1_000_000);
    expect(Object.keys(template.Outputs).length).toBeLessThanOrEqual(200);
    expect(Object.keys(template.Resources).filter((id) => !/^[A-Za-z0-9]{1,255}$/.test(id))).toEqual([]);
  });

  it('is within what IAM takes: 10,240 characters of inline policies a role', () => {
    const sizes = ofType('AWS::IAM::Role').map(([id, { Properties }]) => {
      const policies = (Properties['Policies'] ?? []) as { PolicyDocument: unknown }[];
      return [id, policies.reduce((sum, { PolicyDocument }) => sum + sizeOf(PolicyDocument), 0)] as const;
    });

    expect(sizes.filter(([, size]) => size > 10_240)).toEqual([]);
  });

  it('is within what EventBridge takes: 2,048 characters a pattern, no wildcard, five targets a rule', () => {
    const rules = ofType('AWS::Events::Rule').map(([id, { Properties }]) => ({
      id,
      size: sizeOf(Properties['EventPattern']),
      wildcards: JSON.stringify(Properties['EventPattern']).includes('"wildcard"'),
      targets: (Properties['Targets'] as unknown[]).length,
    }));

    expect(rules.filter(({ size, targets, wildcards }) => size > 2048 || targets > 5 || wildcards)).toEqual([]);
  });

  it('is within what a dashboard takes: 500 metrics a widget, 2,500 in all', () => {
    const bodies = ofType('AWS::CloudWatch::Dashboard').map(([, { Properties }]) => Properties['DashboardBody']);
    const [{ 'Fn::Sub': body }] = bodies as [{ 'Fn::Sub': string }];
    const { widgets } = JSON.parse(body) as { widgets: { properties: { metrics: unknown[] } }[] };
    const counts = widgets.map(({ properties }) => properties.metrics.length);

    expect(Math.max(...counts)).toBeLessThanOrEqual(500);
    expect(counts.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(2500);
  });

  it('gives every resource of a pipeline a name that AWS takes', () => {
    const runId = makeRunId('2026-01-31T10:15:00.000Z', '4f2a');
    for (const pipeline of names()) {
      const run = { pipeline, runId };
      const named = [
        endpointName(stage, pipeline),
        modelPackageGroupName(stage, pipeline),
        runResourceName(stage, run),
        transformJobName(stage, run, 'candidate'),
      ];
      for (const name of named) expect(name).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
      expect(tuningJobName(stage, run)).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$/);
    }
    const schedules = ofType('AWS::Scheduler::Schedule').map(([, { Properties }]) => String(Properties['Name']));
    expect(new Set(schedules).size).toBe(schedules.length);
    for (const name of schedules) expect(name).toMatch(/^[0-9a-zA-Z-_.]{1,64}$/);
  });

  it('puts no pipeline into the environment of a function', () => {
    const environments = ofType('AWS::Lambda::Function').map(([, { Properties }]) =>
      JSON.stringify(Properties['Environment'] ?? {}),
    );

    expect(environments.filter((text) => text.length > 4096 || names().some((name) => text.includes(name)))).toEqual(
      [],
    );
  });
});

describe('the rules and schedules of many pipelines', () => {
  const pipelineOf = (name: string, trigger: object) => {
    const file = writePipeline(folder, name);
    const { dataset, ...rest } = parsePipeline(readFileSync(file, 'utf8'), file);
    return pipelineSchema.parse({ ...rest, dataset: { ...dataset, trigger }, drift: { schedule: 'rate(1 day)' } });
  };
  const idsOf = (...all: string[]) =>
    Object.keys(
      events(
        stage,
        all.map((name) => pipelineOf(name, { marker: '_SUCCESS' })),
      ),
    ).filter((id) => id.endsWith('DriftSchedule'));

  it('are more rules where one pattern cannot hold all keys, and every key is in one of them', () => {
    const each = Array.from({ length: 120 }, (_, i) => `q${String(i).padStart(3, '0')}-abcdefghijklmnop`);
    const one = pipelineOf('one', { eachObject: true });
    const resources = events(
      stage,
      each.map((name) => ({ ...one, name })),
    );
    const rules = Object.entries(resources).filter(([id]) => id.startsWith('DropRule'));
    const keys = rules.flatMap(([, { Properties }]) => {
      const { EventPattern } = Properties as unknown as { EventPattern: { detail: { object: { key: object[] } } } };
      expect(sizeOf(EventPattern)).toBeLessThanOrEqual(2048);
      return EventPattern.detail.object.key;
    });

    expect(rules.map(([id]) => id)).toEqual(['DropRule', 'DropRule2', 'DropRule3']);
    expect(keys).toEqual([{ suffix: '/_SUCCESS' }, ...each.map((name) => ({ prefix: `${name}/` }))]);
  });

  it('have an id each, even where names differ by a hyphen alone', () => {
    expect(idsOf('loan-default', 'flight-2024')).toEqual(['LoanDefaultDriftSchedule', 'Flight2024DriftSchedule']);
    const ids = idsOf('a1b', 'a-1b', 'a--1b', 'a-b--c');

    expect(ids[0]).toBe('A1bDriftSchedule');
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]+$/);
  });
});
