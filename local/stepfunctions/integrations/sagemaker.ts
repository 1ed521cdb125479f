import { isObject, type Json } from '../asl.ts';
import type { Integration } from './integration.ts';
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
  /** The event that tells of the job's end. */
  readonly detailType: string;
}

const jobKinds: Readonly<Record<string, JobKind>> = {
  createTrainingJob: { noun: 'TrainingJob', rule: 'TrainingJobs', detailType: 'SageMaker Training Job State Change' },
  createTransformJob: {
    noun: 'TransformJob',
    rule: 'TransformJobs',
    detailType: 'SageMaker Transform Job State Change',
  },
  createProcessingJob: {
    noun: 'ProcessingJob',
    rule: 'ProcessingJobs',
    detailType: 'SageMaker Processing Job State Change',
  },
  createHyperParameterTuningJob: {
    noun: 'HyperParameterTuningJob',
    rule: 'TuningJobs',
    detailType: 'SageMaker HyperParameter Tuning Job State Change',
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

const statusOf = (status: Json | undefined): 'running' | 'succeeded' | 'failed' => {
  if (status === 'Completed') return 'succeeded';
  return status === 'Failed' || status === 'Stopped' ? 'failed' : 'running';
};

/** `arn:aws:states:::sagemaker:…`: creates jobs, models and endpoints; `.sync` waits for jobs. */
export const sageMakerIntegration: Integration = async (request, tools) => {
  const { action, pattern } = request.resource;
  const names = optimisedNames.sagemaker;
  const submit = async (): Promise<Json> => {
    const answer = await callOptimised(tools, names, 'sagemaker', action, argumentsOf(request), request.signal);
    return { ...(await answerToJson(answer, 'millis')), ...httpMetadata(answer) };
  };
  if (pattern === 'requestResponse' && requestResponseActions.includes(action)) return submit();
  const kind = jobKinds[action];
  if (pattern !== 'sync' || !kind) return unsupported(request);
  const call = async (verb: 'describe' | 'stop', submitted: Json) =>
    tools.caller.call('sagemaker', `${verb}${kind.noun}`, { [`${kind.noun}Name`]: jobName(submitted, kind) });
  return runJob(
    request,
    tools,
    {
      submit,
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
