import { beforeEach, describe, expect, it } from 'vitest';
import type { TrackedRun } from '#domain/tracking/tracked-run';
import { authorizationOf } from '#functions/mlflow/requests';
import { mlflowTracker } from '#functions/mlflow/tracker';
import { type FakeMlflow, fakeMlflow } from '../../fakes/fake-mlflow.ts';

const uri = 'https://ml.example.com/mlflow/';
const numbered = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i}`, String(i)]));
const point = (i: number) => ({ key: `m${i}`, value: i, timestamp: 5, step: 0 });
const run = (own: Partial<TrackedRun> = {}): TrackedRun => ({
  name: 'r1',
  startedAt: 1000,
  endedAt: 2000,
  status: 'FINISHED',
  params: numbered(250),
  metrics: Array.from({ length: 2100 }, (_, i) => point(i)),
  tags: { 'tidegate.run_id': 'r1', ...numbered(120) },
  artifacts: [
    { name: 'evaluation.json', key: 'k/evaluation.json', contentType: 'application/json' },
    { name: 'gone.json', key: 'k/gone.json', contentType: 'application/json' },
  ],
  ...own,
});
const read = async (key: string) => (key === 'k/evaluation.json' ? '{"n":1}' : undefined);
const model = { name: 'loans', description: 'Loans', source: 's3://b/model.tar.gz', tags: { 'tidegate.run_id': 'r1' } };

let server: FakeMlflow;
const tracker = (authorization?: string) => mlflowTracker({ uri, authorization, fetch: server.fetch });
beforeEach(() => {
  server = fakeMlflow();
});

describe('the tracker of MLflow', () => {
  it('logs everything of a run, in parts that MLflow takes', async () => {
    await tracker().logRun('Loans', run(), read);
    const [logged] = server.runs;
    expect(logged).toMatchObject({ status: 'FINISHED', end_time: 2000 });
    expect([logged?.params.size, logged?.tags.size, logged?.metrics.size]).toEqual([250, 121, 2100]);
    expect([...(logged?.artifacts ?? [])]).toEqual([['evaluation.json', '{"n":1}']]);
    expect(server.requests.filter(({ line }) => line === 'POST runs/log-batch')).toHaveLength(3 + 2 + 3);
  });

  it('changes nothing when it is asked again', async () => {
    const log = async () => {
      const id = await tracker().logRun('Loans', run(), read);
      await tracker().registerModel(id, model);
      await tracker().setAlias('loans', 'champion', 'r1');
    };
    await log();
    const before = structuredClone([server.runs, server.models, server.aliases, server.experiments]);
    await log();
    expect([server.runs, server.models, server.aliases, server.experiments]).toEqual(before);
  });

  it('leaves the end of a run to the event that knows it', async () => {
    await tracker().logRun('Loans', run(), read);
    await tracker().logRun('Loans', run({ endedAt: undefined }), read);
    expect(server.runs).toHaveLength(1);
    expect(server.runs[0]?.end_time).toBe(2000);
  });

  it('takes the experiment that another run has just created', async () => {
    let asked = 0;
    server.experiments.set('Loans', { id: '9', lifecycle: 'active' });
    server.answer('GET experiments/get-by-name', () => {
      asked += 1;
      return asked === 1
        ? Response.json({ error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'none' }, { status: 404 })
        : Response.json({ experiment: { experiment_id: '9' } });
    });
    await tracker().logRun('Loans', run(), read);
    expect(server.runs[0]?.experiment).toBe('9');
  });

  it('sends the run alone to a server that keeps files elsewhere', async () => {
    server = fakeMlflow('s3://elsewhere/7/');
    await tracker().logRun('Loans', run(), read);
    expect(server.runs[0]?.artifacts.size).toBe(0);
    expect(server.runs[0]?.status).toBe('FINISHED');
  });

  it('moves and removes aliases, and says where a run has no version', async () => {
    const id = await tracker().logRun('Loans', run(), read);
    await tracker().registerModel(id, model);
    expect(await tracker().setAlias('loans', 'champion', 'r1')).toBe(true);
    expect([...server.aliases]).toEqual([['loans@champion', '1']]);
    expect(await tracker().setAlias('loans', 'champion', 'never-logged')).toBe(false);
    expect(await tracker().setAlias('loans', 'champion', undefined)).toBe(true);
    expect(await tracker().setAlias('loans', 'champion', undefined)).toBe(true);
    expect(server.aliases.size).toBe(0);
  });

  it('calls below the path of the address, with the credentials', async () => {
    await tracker('Bearer t').logRun('Loans', run(), read);
    expect(new Set(server.requests.map(({ headers }) => headers.get('authorization')))).toEqual(new Set(['Bearer t']));
    await tracker().logRun('Loans', run(), read);
    expect(server.requests.at(-1)?.headers.has('authorization')).toBe(false);
  });
});

describe('what goes wrong with MLflow', () => {
  const logging = () => tracker('Bearer t0ken').logRun('Loans', run(), read);

  it.each([500, 502, 503, 429, 408, 401, 403])('passes, when it answers %i', async (status) => {
    server.answer('experiments', () => new Response('no', { status }));
    const error = await logging().catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ name: 'TrackingUnavailableError', retryable: true });
    expect((error as Error).message).toContain(`answered ${status} to GET /api/2.0/mlflow/experiments/get-by-name.`);
    expect((error as Error).message.includes('tidegate/<stage>/mlflow')).toBe(status === 401 || status === 403);
  });

  it('passes, when it cannot be reached', async () => {
    server.answer('experiments', () =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })),
    );
    await expect(logging()).rejects.toMatchObject({
      name: 'TrackingUnavailableError',
      message: `MLflow at ${uri} cannot be reached: ECONNREFUSED. Is the server up, and does tracking.mlflow.uri name it?`,
    });
    server = fakeMlflow();
    server.answer('experiments', () => Promise.reject('odd'));
    await expect(logging()).rejects.toThrow('cannot be reached: odd');
  });

  it.each([
    [
      'a refusal',
      () => Response.json({ error_code: 'INVALID_PARAMETER_VALUE', message: 'bad name' }, { status: 400 }),
      'refused it, INVALID_PARAMETER_VALUE: bad name',
    ],
    [
      'a page',
      () => new Response('<html>', { status: 200 }),
      'does not answer GET /api/2.0/mlflow/experiments/get-by-name as an MLflow server does',
    ],
    ['other JSON', () => Response.json({ hello: 1 }), 'does not answer as an MLflow server of version 2 or later does'],
    ['another failure', () => new Response('gone', { status: 410 }), 'answered 410'],
    [
      'a deleted experiment',
      () => Response.json({ experiment: { experiment_id: '1', lifecycle_stage: 'deleted' } }),
      'is deleted. Restore it there',
    ],
  ])('does not pass, when it answers with %s', async (_, answer, message) => {
    server.answer('experiments/get-by-name', answer);
    const error = await logging().catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ name: 'TrackingRejectedError', retryable: false });
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('t0ken');
  });

  it.each(['experiments/create', 'registered-models/create', 'DELETE registered-models/alias'])(
    'is not hidden, when %s is refused',
    async (part) => {
      server.answer(part, () => Response.json({ error_code: 'INTERNAL_ERROR' }, { status: 400 }));
      const all = async () => {
        const id = await logging();
        await tracker().registerModel(id, model);
        await tracker().setAlias('loans', 'champion', undefined);
      };
      await expect(all()).rejects.toThrow(/INTERNAL_ERROR/);
    },
  );
});

describe('the secret for MLflow', () => {
  it.each([
    [undefined, undefined],
    ['unset', undefined],
    ['', undefined],
    ['{"token":"abc"}', 'Bearer abc'],
    ['{"username":"ann","password":"päss:word"}', `Basic ${Buffer.from('ann:päss:word').toString('base64')}`],
  ])('%s is %s', (secret, header) => {
    expect(authorizationOf(secret)).toBe(header);
  });

  it.each(['just-a-token', '{"token":""}', '{"user":"hidden-name"}', '[]'])(
    '%s is refused without showing it',
    (secret) => {
      expect(() => authorizationOf(secret)).toThrow(/neither \{"token"/);
      expect(() => authorizationOf(secret)).not.toThrow(/just-a-token|hidden-name/);
    },
  );
});
