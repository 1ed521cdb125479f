import { isObject, type Json, type JsonObject } from '../asl.ts';
import { ExecutionError } from '../errors.ts';
import type { Integration, IntegrationTools, ServiceRequest } from './integration.ts';
import { runJob } from './job.ts';
import { argumentsOf, callOptimised, unsupported } from './optimised.ts';
import { optimisedError } from './sdk-errors.ts';
import { optimisedNames } from './sdk-services.ts';
import { answerToJson, httpMetadata } from './sdk-values.ts';

/** A kind of job that `.sync` waits for. */
interface JobKind {
  /** Between `create`, `describe` or `stop` and the end of the API's name, and before Name, Arn and Status in members. */
  readonly noun: string;
  /** In the managed rule's name (developer guide, "IAM policies for integrated services: SageMaker AI"). */
  readonly rule: string;
  /** The event of the job's end. */
  readonly detailType: string;
  /** The resource type in its ARN. */
  readonly path: string;
}

const jobKinds: Readonly<Record<string, JobKind>> = {
  createTrainingJob: {
    noun: 'TrainingJob',
    rule: 'TrainingJobs',
    detailType: 'SageMaker Training Job State Change',
    path: 'training-job',
  },
  createTransformJob: {
    noun: 'TransformJob',
    rule: 'TransformJobs',
    detailType: 'SageMaker Transform Job State Change',
    path: 'transform-job',
  },
  createProcessingJob: {
    noun: 'ProcessingJob',
    rule: 'ProcessingJobs',
    detailType: 'SageMaker Processing Job State Change',
    path: 'processing-job',
  },
  createHyperParameterTuningJob: {
    noun: 'HyperParameterTuningJob',
    rule: 'TuningJobs',
    detailType: 'SageMaker HyperParameter Tuning Job State Change',
    path: 'hyper-parameter-tuning-job',
  },
};

const requestResponseActions = [
  ...Object.keys(jobKinds),
  'createModel',
  'createEndpointConfig',
  'createEndpoint',
  'updateEndpoint',
];

/** The name of a job from the ARN its submission answered. */
function jobName(submitted: Json, { noun }: JobKind): string {
  const arn = isObject(submitted) ? submitted[`${noun}Arn`] : undefined;
  return typeof arn === 'string' ? arn.slice(arn.lastIndexOf('/') + 1) : '';
}

/** Times in answers have milliseconds, but may come back rounded to the second. */
const ROUNDING_MS = 1000;

/** What a create call made before a restart, found by the name in its arguments. */
async function findCreated(
  request: ServiceRequest,
  { caller }: IntegrationTools,
  since: number,
): Promise<JsonObject | undefined> {
  const noun = request.resource.action.replace(/^create/, '');
  const name = argumentsOf(request)[`${noun}Name`];
  if (typeof name !== 'string') return undefined;
  try {
    const answer = await caller.call('sagemaker', `describe${noun}`, { [`${noun}Name`]: name }, request.signal);
    const described = await answerToJson(answer, 'millis');
    const arn = described[`${noun}Arn`];
    const created = Number(described['CreationTime']);
    return arn !== undefined && created >= since - ROUNDING_MS
      ? { [`${noun}Arn`]: arn, ...httpMetadata(answer) }
      : undefined;
  } catch (error) {
    if (request.signal.aborted) throw error;
    // It does not exist, or the role may not describe it: then submitting it shows more.
    return undefined;
  }
}

const statusOf = (status: Json | undefined): 'running' | 'succeeded' | 'failed' => {
  if (status === 'Completed') return 'succeeded';
  return status === 'Failed' || status === 'Stopped' ? 'failed' : 'running';
};

/**
 * Running a job takes the right to list tags of it (Developer Guide, "IAM policies for calling SageMaker AI"). What for is not
 * given, so it is requested for each job.
 * @throws ExecutionError `SageMaker.AccessDeniedException`
 */
function requireListTags(request: ServiceRequest, tools: IntegrationTools, { noun, path }: JobKind): void {
  const name = String(argumentsOf(request)[`${noun}Name`]);
  const resource = `arn:aws:sagemaker:${tools.region}:${tools.accountId}:${path}/${name.toLowerCase()}`;
  const refusal = tools.mayDo('ListTags', [{ action: 'sagemaker:ListTags', resource }]);
  if (refusal !== undefined) throw new ExecutionError('SageMaker.AccessDeniedException', refusal);
}

/** `arn:aws:states:::sagemaker:…`: creates jobs, models and endpoints; `.sync` waits for jobs. */
export const sageMakerIntegration: Integration = async (request, tools) => {
  const { action, pattern } = request.resource;
  const names = optimisedNames.sagemaker;
  const submit = async (): Promise<Json> => {
    const answer = await callOptimised(tools, names, 'sagemaker', action, argumentsOf(request), request.signal);
    return { ...(await answerToJson(answer, 'millis')), ...httpMetadata(answer) };
  };
  const find = (since: number) => findCreated(request, tools, since);
  if (pattern === 'requestResponse' && requestResponseActions.includes(action)) {
    return (request.repeatedSince === undefined ? undefined : await find(request.repeatedSince)) ?? submit();
  }
  const kind = jobKinds[action];
  if (pattern !== 'sync' || !kind) return unsupported(request);
  if (request.resume === undefined) requireListTags(request, tools, kind);
  const call = async (verb: 'describe' | 'stop', submitted: Json) =>
    tools.caller.call('sagemaker', `${verb}${kind.noun}`, { [`${kind.noun}Name`]: jobName(submitted, kind) });
  return runJob(
    request,
    tools,
    {
      submit,
      find,
      describe: async (submitted) => answerToJson(await call('describe', submitted), 'millis'),
      statusOf: (description) => statusOf(description[`${kind.noun}Status`]),
      stop: (submitted) => call('stop', submitted),
      result: (description) => description,
      describeError: async (error) => optimisedError(error, (await tools.caller.load('sagemaker')).module, names),
    },
    {
      name: `StepFunctionsGetEventsForSageMaker${kind.rule}Rule`,
      pattern: { source: ['aws.sagemaker'], 'detail-type': [kind.detailType] },
    },
  );
};
