import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { noticeSchema } from '#domain/notices/registry';
import {
  awaitEndpointSchema,
  prepareDeploymentSchema,
  promoteModelSchema,
  rollBackDeploymentSchema,
} from '#schemas/events/deployment';
import { type Deployment, deploymentSchema } from '#schemas/records/deployment';
import { loadMachine, taskName } from './load-machine.ts';

const arn = 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-loan/2';
const deployment: Deployment = {
  decision: 'deploy',
  run: { pipeline: 'loan', runId: '20260102-080000-bbbb' },
  modelPackageArn: arn,
  modelPackageVersion: 2,
  modelName: 'new',
  endpointName: 'tidegate-dev-loan',
  endpointConfigName: 'new',
  previousConfig: 'old',
  executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:machine:execution',
  maxWaitMinutes: 60,
};
const rolledBack = {
  reason: 'because',
  run: deployment.run,
  pipeline: 'loan',
  endpointName: 'tidegate-dev-loan',
  endpointConfigName: 'new',
  servingConfig: 'old',
};
const transient = { error: 'TransientError', cause: '{"errorType":"TransientError","errorMessage":"later"}' };
const busy = { error: 'EndpointBusyError', cause: '{"errorType":"EndpointBusyError","errorMessage":"x changes it"}' };
const fatal = { error: 'DeploymentError', cause: '{"errorType":"DeploymentError","errorMessage":"no"}' };

type Answer = (args: Record<string, unknown>, attempt: number) => unknown;
const testTask = 'states:startExecution.sync:2';

async function deploy(answers: Record<string, Answer> = {}, detail: object = {}, more: object = {}) {
  const all: Record<string, Answer> = {
    PrepareDeployment: () => deployment,
    DeployEndpoint: () => ({}),
    AwaitEndpoint: () => ({}),
    [testTask]: () => ({ Output: { passed: true, failed: [] } }),
    PromoteModel: () => ({}),
    RollBackDeployment: () => rolledBack,
    Notify: (args) => noticeSchema.parse(args),
    ...answers,
  };
  const attempts = new Map<string, number>();
  const result = await runDefinition({
    definition: loadMachine('deploy'),
    input: { detail: { ModelPackageArn: arn, ...detail }, ...more },
    tasks: ({ resource, arguments: args }) => {
      const name = taskName(resource);
      const attempt = attempts.get(name) ?? 0;
      attempts.set(name, attempt + 1);
      return all[name]?.(args as Record<string, unknown>, attempt) ?? {};
    },
  });
  const of = (name: string) => result.calls.filter((c) => taskName(c.resource) === name).map((c) => c.arguments);
  return { ...result, tasks: result.calls.map((c) => taskName(c.resource)), of };
}
const failWith = (thrown: object) => () => {
  throw thrown;
};
/** Throws for the first calls, then answers. */
const failFirst = (times: number, thrown: object, answer: unknown): Answer => {
  return (_, attempt) => {
    if (attempt < times) throw thrown;
    return answer;
  };
};

describe('the deploy machine', () => {
  it('deploys, tests, promotes and tells the team', async () => {
    const { status, output, tasks, of } = await deploy();

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual(deployment);
    expect(tasks).toEqual(['PrepareDeployment', 'DeployEndpoint', 'AwaitEndpoint', testTask, 'PromoteModel', 'Notify']);
    expect(of('PrepareDeployment')).toMatchObject([{ modelPackageArn: arn, executionArn: deployment.executionArn }]);
    expect(of(testTask)).toMatchObject([{ Input: { endpointName: 'tidegate-dev-loan', trigger: 'deploy' } }]);
    expect(of('Notify')).toMatchObject([{ kind: 'deployed', run: deployment.run, tests: null }]);
  });

  it('tells the team how many tests ran, of a deployment that worked out and of one that failed', async () => {
    const counts = { tests: 3, failed: 0 };
    const passed = await deploy({ [testTask]: () => ({ Output: { passed: true, failed: [], counts } }) });
    expect(passed.of('Notify')).toMatchObject([{ kind: 'deployed', tests: counts }]);

    const bad = { tests: 3, failed: 1 };
    const failed = await deploy({ [testTask]: () => ({ Output: { passed: false, failed: ['golden'], counts: bad } }) });
    expect(failed.of('Notify')).toMatchObject([{ kind: 'rolled-back', tests: bad }]);
  });

  it('gives each function an input that its schema takes', async () => {
    const seen = await deploy();
    const failed = await deploy({ [testTask]: () => ({ Output: { passed: false, failed: ['golden-default'] } }) });

    expect(deploymentSchema.parse((seen.of('DeployEndpoint')[0] as Record<string, unknown>)['deployment'])).toEqual(
      deployment,
    );
    expect(promoteModelSchema.safeParse(seen.of('PromoteModel')[0]).error).toBeUndefined();
    expect(rollBackDeploymentSchema.safeParse(failed.of('RollBackDeployment')[0]).error).toBeUndefined();
  });

  it.each([
    ['none', {}, []],
    ['one', { UpdatedModelPackageFields: ['ModelApprovalStatus'] }, ['ModelApprovalStatus']],
    ['two', { UpdatedModelPackageFields: ['ModelLifeCycle', 'SourceUri'] }, ['ModelLifeCycle', 'SourceUri']],
  ])('passes on which fields of the package were updated: %s', async (_, detail, updatedFields) => {
    const { of } = await deploy({}, detail);

    expect(of('PrepareDeployment')).toMatchObject([{ updatedFields }]);
    expect(prepareDeploymentSchema.safeParse(of('PrepareDeployment')[0]).error).toBeUndefined();
  });

  it('promotes with the same time however often promoting is tried', async () => {
    const { of } = await deploy({ PromoteModel: failFirst(2, transient, {}) });
    const times = of('PromoteModel').map((args) => (args as Record<string, unknown>)['promotedAt']);

    expect(times).toHaveLength(3);
    expect(new Set(times).size).toBe(1);
  });

  it('ends without a word when there is nothing to deploy', async () => {
    const { status, output, tasks } = await deploy({
      PrepareDeployment: () => ({ decision: 'ignore', reason: 'a duplicate' }),
    });

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ decision: 'ignore', reason: 'a duplicate' });
    expect(tasks).toEqual(['PrepareDeployment']);
  });

  it('waits for its turn while another deployment changes the endpoint', async () => {
    const { status, of, tasks } = await deploy({ PrepareDeployment: failFirst(100, busy, deployment) });

    expect(status).toBe('SUCCEEDED');
    expect(of('PrepareDeployment')).toHaveLength(101);
    expect(new Set(of('PrepareDeployment').map((a) => JSON.stringify(a))).size).toBe(1);
    expect(tasks).toContain('PromoteModel');
  });

  it('gives up when its turn never comes', async () => {
    const { status, of } = await deploy({ PrepareDeployment: failWith(busy) });

    expect(status).toBe('FAILED');
    expect(of('RollBackDeployment')).toMatchObject([{ deployment: null, error: { Error: 'EndpointBusyError' } }]);
    expect(of('Notify')).toMatchObject([{ kind: 'rolled-back', modelPackageVersion: null }]);
  });

  it('looks at the endpoint until it has settled', async () => {
    const { status, of } = await deploy({
      AwaitEndpoint: (args, n) => {
        awaitEndpointSchema.parse(args);
        if (n < 200) throw { error: 'StillRunningError', cause: '{"errorMessage":"tidegate-dev-loan is Updating"}' };
        return {};
      },
    });
    const waited = of('AwaitEndpoint').map((args) => (args as { waitedSeconds: number }).waitedSeconds);

    expect(status).toBe('SUCCEEDED');
    expect(waited).toHaveLength(201);
    expect(waited[0]).toBeLessThan(1);
    expect(waited).toEqual(waited.toSorted((a, b) => a - b));
    expect(waited.at(-1)).toBeGreaterThan(2 * 3600);
  });

  it('rolls back with the reason when the endpoint does not get there, and promotes nothing', async () => {
    const cause = '{"errorType":"DeploymentError","errorMessage":"SageMaker rolled the endpoint back"}';
    const ended = await deploy({ AwaitEndpoint: failWith({ error: 'DeploymentError', cause }) });

    expect(ended).toMatchObject({ status: 'FAILED', error: 'DeploymentError', cause: 'because' });
    expect(ended.tasks).not.toContain('PromoteModel');
    expect(ended.tasks.slice(-2)).toEqual(['RollBackDeployment', 'Notify']);
    expect(ended.of('RollBackDeployment')).toMatchObject([
      { deployment, error: { Error: 'DeploymentError', Cause: cause } },
    ]);
  });

  it('rolls back with the names of the tests that failed', async () => {
    const { status, of } = await deploy({
      [testTask]: () => ({ Output: { passed: false, failed: ['golden-default'] } }),
    });

    expect(status).toBe('FAILED');
    expect(of('RollBackDeployment')).toMatchObject([
      { error: { Error: 'EndpointTestsFailed', Cause: 'Endpoint tests failed: golden-default.' } },
    ]);
  });

  it('returns to the model before when a roll-back fails its tests, and tells the team which version serves', async () => {
    const requested = { rolledBackAt: '2026-01-02T10:00:00.000Z', now: true };
    const back = { ...rolledBack, servingVersion: 3 };
    const { status, cause, of } = await deploy(
      {
        [testTask]: () => ({ Output: { passed: false, failed: ['golden-default'] } }),
        RollBackDeployment: () => back,
      },
      {},
      requested,
    );

    expect({ status, cause }).toEqual({ status: 'FAILED', cause: 'because' });
    expect(of('PrepareDeployment')).toMatchObject([requested]);
    expect(prepareDeploymentSchema.safeParse(of('PrepareDeployment')[0]).error).toBeUndefined();
    expect(of('Notify')).toMatchObject([{ kind: 'rolled-back', wasRollBack: true, failure: { servingVersion: 3 } }]);
  });

  it('rolls back with the same time however often that is tried', async () => {
    const { of } = await deploy({
      DeployEndpoint: failWith(fatal),
      RollBackDeployment: failFirst(3, transient, rolledBack),
    });
    expect(new Set(of('RollBackDeployment').map((args) => (args as { at: string }).at)).size).toBe(1);
  });

  it('rolls back when no test was run at all', async () => {
    const { of } = await deploy({ [testTask]: () => ({ Output: { decision: 'skip', reason: 'not ours' } }) });

    expect(of('RollBackDeployment')).toMatchObject([
      { error: { Cause: 'Endpoint tests failed: none ran: not ours.' } },
    ]);
  });

  it.each(['PrepareDeployment', 'DeployEndpoint', 'AwaitEndpoint', testTask, 'PromoteModel'])(
    'rolls back with the error when %s fails for good',
    async (task) => {
      const { status, of } = await deploy({ [task]: failWith(fatal) });
      const [args] = of('RollBackDeployment');

      expect(status).toBe('FAILED');
      expect(args).toMatchObject({ error: { Error: 'DeploymentError' }, modelPackageArn: arn });
      expect(rollBackDeploymentSchema.safeParse(args).error).toBeUndefined();
      expect(of(task)).toHaveLength(1);
    },
  );

  it.each(['PrepareDeployment', 'DeployEndpoint', 'AwaitEndpoint', 'PromoteModel', 'Notify'])(
    'tries %s again when it is told to come later',
    async (task) => {
      const answer = task === 'PrepareDeployment' ? deployment : {};
      const { status, of } = await deploy({ [task]: failFirst(2, transient, answer) });

      expect(status).toBe('SUCCEEDED');
      expect(of(task)).toHaveLength(3);
    },
  );

  it('asks the roll-back again until the endpoint has settled', async () => {
    const { status, cause, of } = await deploy({
      DeployEndpoint: failWith(fatal),
      RollBackDeployment: failFirst(20, transient, rolledBack),
    });

    expect({ status, cause }).toEqual({ status: 'FAILED', cause: 'because' });
    expect(of('RollBackDeployment')).toHaveLength(21);
  });

  it.each(['DeployEndpoint', 'PrepareDeployment'])(
    'leaves it to recover-deployment when the roll-back itself fails, after %s',
    async (task) => {
      const { status, of, cause } = await deploy({
        [task]: failWith(fatal),
        RollBackDeployment: failWith({ error: 'AccessDeniedException', cause: 'not authorized' }),
      });

      expect({ status, cause }).toEqual({
        status: 'FAILED',
        cause: 'It failed (DeploymentError) and could not be rolled back at once (AccessDeniedException).',
      });
      expect(of('Notify')).toEqual([]);
    },
  );

  describe('when the answer to starting the tests is lost', () => {
    const names: unknown[] = [];
    const unseen =
      (outcome: object): Answer =>
      (args, n) => {
        names.push(args['Name']);
        if (n === 0) throw { error: 'StepFunctions.ExecutionAlreadyExistsException', cause: 'exists' };
        return { Output: outcome };
      };

    it('runs them once more under another name when they have ended unseen, and goes by those', async () => {
      const { status } = await deploy({ [testTask]: unseen({ passed: true, failed: [] }) });

      expect(status).toBe('SUCCEEDED');
      expect(names).toEqual(['execution', 'execution-again']);
    });

    it('rolls back when those fail', async () => {
      const { status, of } = await deploy({ [testTask]: unseen({ passed: false, failed: ['golden'] }) });

      expect(status).toBe('FAILED');
      expect(of('RollBackDeployment')).toMatchObject([{ error: { Cause: 'Endpoint tests failed: golden.' } }]);
    });

    it('starts them under one name as long as no answer came', async () => {
      const lost = { error: 'StepFunctions.SdkClientException', cause: 'socket hang up' };
      const { status, of } = await deploy({ [testTask]: failFirst(3, lost, { Output: { passed: true, failed: [] } }) });

      expect(status).toBe('SUCCEEDED');
      expect(new Set(of(testTask).map((args) => JSON.stringify(args))).size).toBe(1);
    });
  });
});

describe('a deployment without instances', () => {
  const exceeded = {
    error: 'QuotaExceededError',
    cause: '{"errorType":"QuotaExceededError","errorMessage":"the quota is used up"}',
  };

  it('waits for those that another endpoint gives back', async () => {
    const { status } = await deploy({ DeployEndpoint: failFirst(6, exceeded, {}) });
    expect(status).toBe('SUCCEEDED');
  });

  it('fails after half an hour, for the quota must be raised then', async () => {
    const { status, of, events } = await deploy({ DeployEndpoint: failWith(exceeded) });
    const [first, last] = [events[0], events.at(-1)].map((event) => Number(event?.timestamp));

    expect(status).toBe('FAILED');
    expect(of('RollBackDeployment')).toMatchObject([{ error: { Error: 'QuotaExceededError' } }]);
    expect((Number(last) - Number(first)) / 60_000).toBeGreaterThan(30);
    expect((Number(last) - Number(first)) / 60_000).toBeLessThan(45);
  });
});
