import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explain } from '#cli/why/explain';
import { explanationSchema } from '#schemas/why';
import { whyJsonSchema } from '../../../scripts/generate-schemas.ts';
import { scoredBatch } from '../../fakes/scored-batch.ts';
import { challenge, seen } from '../a-challenge.ts';
import { champion, config, executionArn, inService, pipelineRecords, runId, versionRecords, where } from './records.ts';

const console = 'https://eu-central-1.console.aws.amazon.com';

describe('the explanation of what serves', () => {
  it('has the challenge under way', () => {
    const records = pipelineRecords({ challenges: { current: challenge(), seen: seen() } });
    const explanation = explanationSchema.parse(explain(where, records, versionRecords()));

    expect(explanation.challenge).toEqual({
      version: 3,
      mode: 'shadow',
      status: 'running',
      startedAt: '2026-01-03T10:10:00.000Z',
      reasons: ['120 of 500 rows so far.'],
      measures: { rows: 120, errorRate: 0 },
      see: { command: 'npx tidegate challenge show loan --stage dev' },
    });
  });

  it('goes from the data to the endpoint, each part with a place to see more', () => {
    const explanation = explanationSchema.parse(explain(where, pipelineRecords(), versionRecords()));

    expect(explanation).toMatchObject({
      pipeline: 'loan',
      stage: 'dev',
      serving: { state: 'champion', says: 'version 2 serves since 2026-01-02 10:00', todo: [] },
      endpoint: {
        status: 'InService',
        config: config(2),
        see: { url: `${console}/sagemaker/home?region=eu-central-1#/endpoints/tidegate-dev-loan` },
      },
      model: { version: 2, runId: runId(2), live: true, approval: 'Approved', served: [{ to: null }] },
      data: {
        datasetVersion: 'd'.repeat(64),
        drops: [],
        objects: 2,
        bytes: 3000,
        bucket: 's3://raw/loan/2026-01-02/',
        rows: { rows: 1010, used: 1000, malformed: 10 },
        see: {
          uri: `s3://artifacts/loan/runs/${runId(2)}/drop.json`,
          url: expect.stringContaining('/s3/object/artifacts'),
        },
      },
      configuration: {
        gitCommit: 'e'.repeat(40),
        hash: 'c'.repeat(64),
        see: { uri: expect.stringMatching(/config\.json$/) },
      },
      training: {
        algorithm: 'xgboost',
        job: config(2),
        tuning: null,
        continuation: null,
        costs: null,
        see: { url: expect.stringMatching(`#/jobs/${config(2)}$`) },
      },
      evaluation: {
        verdict: { gates: expect.any(Array) },
        see: { command: `npx tidegate report ${runId(2)} --stage dev` },
      },
      decisions: [{ version: 2, reason: 'looked at the report' }],
      rollOut: {
        status: 'promoted',
        how: { strategy: 'canary' },
        replaced: config(1),
        endedAt: '2026-01-02T10:00:00.000Z',
        see: { url: expect.stringContaining(executionArn) },
      },
      tests: { trigger: 'deploy', passed: true },
      former: { version: 1, see: { command: 'npx tidegate why loan --version 1 --stage dev' } },
      drift: { drifted: false, rows: 900 },
    });
  });

  it('on one machine leads to commands, places and the page of the report', () => {
    const outputs = { ...(where.outputs as object), ConsoleUrl: 'http://127.0.0.1:4000/_console' } as never;
    const { endpoint, data, evaluation } = explain(
      { ...where, kind: 'local', outputs },
      pipelineRecords(),
      versionRecords(),
    );

    expect(endpoint.see).toEqual({});
    expect(data?.see).toEqual({ uri: expect.any(String), command: `npx tidegate run ${runId(2)}` });
    expect(evaluation?.see.url).toMatch('http://127.0.0.1:4000/_console/s3/object/artifacts');
  });

  it('has null where a record is gone, of a run or of a deployment', () => {
    const none = { claim: undefined, drop: undefined, profile: undefined, training: undefined, evaluation: undefined };
    const explanation = explain(where, pipelineRecords({ drift: undefined }), versionRecords(2, none));

    expect(explanation).toMatchObject({ data: null, configuration: null, training: null, evaluation: null });
    expect(explanation).toMatchObject({ rollOut: null, tests: null, drift: null });
  });

  it('does not show a folder whose name may be personal as an address', () => {
    const { drop } = versionRecords();
    const hidden = { ...drop, prefix: 'loan/drop-0123456789ab/' } as NonNullable<typeof drop>;

    expect(explain(where, pipelineRecords(), versionRecords(2, { drop: hidden })).data).toMatchObject({
      drop: 'loan/drop-0123456789ab/',
      bucket: 's3://raw/',
    });
  });

  it('has no drift check that was made before the model served', () => {
    const drift = { ...pipelineRecords().drift, checkedAt: '2026-01-01T12:00:00.000Z' } as never;
    expect(explain(where, pipelineRecords({ drift }), versionRecords()).drift).toBeNull();
  });
});

describe('the explanation of another version', () => {
  it('has its own periods and its own decisions, and does not claim that it serves', () => {
    const explanation = explain(where, pipelineRecords(), versionRecords(1));

    expect(explanation).toMatchObject({
      serving: { state: 'champion', says: 'version 2 serves since 2026-01-02 10:00' },
      model: {
        version: 1,
        live: false,
        served: [{ from: '2026-01-01T10:00:00.000Z', to: '2026-01-02T10:00:00.000Z' }],
      },
      decisions: [{ version: 1 }],
      former: null,
      tests: null,
      drift: null,
    });
  });

  it('of one that came back has the other version as the one before', () => {
    const records = pipelineRecords({
      endpoint: inService(config(1)),
      champion: { ...champion(1), promotedAt: '2026-01-03T10:00:00.000Z' },
      former: [
        { ...champion(2), supersededAt: '2026-01-03T10:00:00.000Z' },
        { ...champion(1), supersededAt: '2026-01-02T10:00:00.000Z' },
      ],
    });
    expect(explain(where, records, versionRecords(1))).toMatchObject({
      model: { live: true, served: [{ to: '2026-01-02T10:00:00.000Z' }, { to: null }] },
      former: { version: 2 },
    });
  });
});

describe('an endpoint that does not serve its champion', () => {
  const servingOf = (more: Parameters<typeof pipelineRecords>[0], version?: ReturnType<typeof versionRecords>) =>
    explain(where, pipelineRecords(more), version).serving;
  const goBack = 'To serve version 2 again: npx tidegate rollback loan 2 --stage dev';

  it('because somebody changed it: says so, and what to do', () => {
    const endpoint = inService('bigger');

    expect(servingOf({ endpoint }, versionRecords())).toEqual({
      state: 'by-hand',
      says: 'tidegate-dev-loan was changed by hand: it serves bigger, but version 2 was promoted; it has the model of version 2',
      todo: [goBack, 'To see whether it passes its tests: npx tidegate tests loan --run --stage dev'],
    });
    expect(servingOf({ endpoint, models: ['foreign'] })).toMatchObject({
      says: expect.stringContaining('; no run is known that trained its model'),
    });
    expect(servingOf({ endpoint, models: [config(9)], champion: undefined, former: [] })).toMatchObject({
      says: expect.stringContaining(`but no model was promoted; it has the model of run ${runId(9)}`),
      todo: [expect.stringContaining('npx tidegate models loan'), expect.any(String)],
    });
  });

  it('shows the tests of what was put there, and no run of picked tests', () => {
    const suite = { ...pipelineRecords().suites[0], endpointConfigName: 'bigger' };
    const suites = [{ ...suite, results: [], passed: true, only: ['other'] }, suite] as never;
    const { tests } = explain(where, pipelineRecords({ endpoint: inService('bigger'), suites }), versionRecords());

    expect(tests).toMatchObject({ passed: false, results: [{ id: 'mine' }] });
  });

  it('because it is on its way to another model', () => {
    const moving = { ...inService(config(2), 'Updating'), pendingConfig: config(3) };

    expect(servingOf({ endpoint: moving, deployment: executionArn }, versionRecords())).toMatchObject({
      state: 'changing',
      says: `tidegate-dev-loan is on its way to ${config(3)}: a deployment is under way, and version 2 serves until then`,
    });
    expect(servingOf({ endpoint: inService(config(3)), models: [], deployment: executionArn }).says).toContain(
      `run ${runId(3)} is being tested`,
    );
    expect(servingOf({ endpoint: inService('first', 'Creating'), models: [] }).says).toBe(
      'tidegate-dev-loan is on its way to first: no deployment of Tidegate is under way',
    );
  });

  it('because it failed, was deleted, never was, or its pipeline was retired', () => {
    const gone = { endpoint: undefined, models: [] };
    const retired = { at: '2026-01-08T10:00:00.000Z', endpoint: true, endpointConfigs: 1, models: 1 };

    expect(servingOf({ endpoint: { ...inService('x', 'Failed'), failureReason: 'No capacity.' } })).toEqual({
      state: 'failed',
      says: 'tidegate-dev-loan failed, so nothing serves: No capacity.',
      todo: [
        'SageMaker allows only deleting it: aws sagemaker delete-endpoint --endpoint-name tidegate-dev-loan',
        goBack,
      ],
    });
    expect(servingOf(gone)).toMatchObject({ says: expect.stringContaining('somebody deleted it'), todo: [goBack] });
    expect(servingOf({ ...gone, champion: undefined, former: [] }).says).toBe(
      'nothing serves: no model was promoted yet',
    );
    expect(servingOf({ ...gone, champion: undefined, retired })).toEqual({
      state: 'absent',
      says: 'nothing serves: loan was retired on 2026-01-08',
      todo: ['To take the retirement back: npx tidegate retire loan --undo --stage dev'],
    });
  });
});

it('is described by the generated JSON Schema, which is up to date', () => {
  expect(JSON.parse(readFileSync('schemas/generated/why.schema.json', 'utf8'))).toEqual(JSON.parse(whyJsonSchema()));
});

it('tells of the batches that the version scored, and of none of another', () => {
  const batch = (batchId: string, version: number, status: 'scored' | 'failed' = 'scored') => {
    const own = scoredBatch({ pipeline: 'loan', batchId, status });
    return { ...own, model: { ...own.model, modelPackageVersion: version } };
  };
  const batches = [batch('b4', 2, 'failed'), batch('b3', 2), batch('b2', 1), batch('b1', 2)];
  const found = explain(where, pipelineRecords({ batches }), versionRecords()).batches;
  expect(found).toMatchObject({ count: 2, rows: 198, see: { command: expect.stringContaining('batches loan') } });
  expect(found?.newest.map(({ batchId }) => batchId)).toEqual(['b4', 'b3', 'b1']);
  expect(found?.newest[1]?.says).toBe('99 rows of 100 scored by version 2');
  expect(explain(where, pipelineRecords(), versionRecords()).batches).toBeNull();
});
