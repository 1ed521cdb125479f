import { join } from 'node:path';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { AuthorizationRequest, CloudContext } from '#src/cloud/service';
import { type ContainerProgram, type ContainerRuntime, runtimeOf } from '#src/sagemaker/container/runtime';
import { arnOf, invalid, type Kind, nameOf } from '#src/sagemaker/names';
import type { SageMakerSettings } from '#src/sagemaker/settings';
import type { Kept, Store } from '#src/sagemaker/store';

/** What every part of the service works with. */
export interface Hub {
  readonly cloud: CloudContext;
  readonly store: Store;
  readonly settings: SageMakerSettings;
  /** A number in [0, 1) that decides which events are sent twice. */
  random(): number;
  /** Scratch space of running containers. */
  readonly workDirectory: string;
  /** Where a job's or an endpoint's container writes what it prints. */
  logFile(group: 'training-jobs' | 'transform-jobs' | 'processing-jobs' | 'endpoints', name: string): string;
  /** What runs in place of an image. @throws AwsError ValidationException when nothing does */
  runtime(runs: ContainerRuntime['runs'], image: string): ContainerRuntime;
  /** The program of a runtime, made ready. */
  program(runs: ContainerRuntime['runs'], image: string): Promise<ContainerProgram>;
}

export const createHub = (cloud: CloudContext, store: Store, settings: SageMakerSettings = {}): Hub => {
  const generator = xoroshiro128plus(settings.repeatedEvents?.seed ?? 0);
  const runtime: Hub['runtime'] = (runs, image) => runtimeOf(settings.containers ?? [], runs, image);
  return {
    cloud,
    store,
    settings,
    random: () => uniformFloat64(generator),
    workDirectory: join(cloud.stateDir, 'sagemaker', 'work'),
    logFile: (group, name) => join(cloud.stateDir, 'logs', group, `${name}.log`),
    runtime,
    program: (runs, image) => runtime(runs, image).prepare((message) => cloud.log('info', message)),
  };
};

/** `action` on one thing. */
export const on = (hub: Hub, action: string, kind: Kind, name: string): AuthorizationRequest => ({
  action: `sagemaker:${action}`,
  resource: arnOf(hub.cloud, kind, name),
});

/** Actions that AWS authorises on no resource in particular. */
export const onAny = (action: string): AuthorizationRequest => ({ action: `sagemaker:${action}`, resource: '*' });

/** Handing a role to SageMaker needs iam:PassRole on it. */
export const passRole = (roleArn: string): AuthorizationRequest => ({
  action: 'iam:PassRole',
  resource: roleArn,
  context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
});

type Tags = readonly { readonly Key: string; readonly Value: string }[];
const asRecord = (tags: Tags): Record<string, string> => Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value]));

/**
 * A job is refused when SageMaker may not assume its role.
 * @throws AwsError `ValidationException` with CreateTrainingJob's message
 */
export const mustAssume = (hub: Hub, roleArn: string, sourceArn: string): void => {
  try {
    hub.cloud.clientConfig(roleArn, 'SageMaker', 'sagemaker.amazonaws.com', sourceArn);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(
      `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal ` +
        `'sagemaker.amazonaws.com' to assume the role. ${reason}`,
    );
  }
};

/** Creating with tags needs sagemaker:AddTags too (its dependent action in the service authorization reference). */
export const addTags = (hub: Hub, kind: Kind, name: string, tags: Tags | undefined): AuthorizationRequest[] =>
  tags && tags.length > 0
    ? [{ ...on(hub, 'AddTags', kind, name), context: { 'aws:TagKeys': tags.map((tag) => tag.Key) } }]
    : [];

export const keepTags = (hub: Hub, kind: Kind, name: string, tags: Tags | undefined): void => {
  if (tags) hub.store.putTags(arnOf(hub.cloud, kind, name), asRecord(tags));
};

/** Removes a thing with its tags. */
export const forget = (hub: Hub, kind: Kind, name: string): void => {
  const arn = arnOf(hub.cloud, kind, name);
  hub.store.removeTags(arn, Object.keys(hub.store.tagsOf(arn)));
  hub.store.remove(kind, name);
};

const missing: Partial<Record<Kind, (arn: string) => string>> = {
  'processing-job': (arn) => `Could not find requested job with name: ${nameOf(arn)}`,
  model: (arn) => `Could not find model "${arn}".`,
  endpoint: (arn) => `Could not find endpoint "${arn}".`,
  'endpoint-config': (arn) => `Could not find endpoint configuration "${arn}".`,
  'model-package-group': (arn) => `ModelPackageGroup ${arn} does not exist.`,
  'model-package': (arn) => `ModelPackage ${arn} does not exist.`,
};

/** @throws AwsError ValidationException with AWS's message for the kind. */
export const mustFind = <T extends Kept>(hub: Hub, kind: Kind, name: string): T => {
  const found = hub.store.get<T>(kind, name);
  if (found) return found;
  throw invalid(missing[kind]?.(arnOf(hub.cloud, kind, name)) ?? 'Requested resource not found.');
};
