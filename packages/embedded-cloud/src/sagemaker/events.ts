import type { BusEvent } from '#src/cloud/service';
import type { Hub } from '#src/sagemaker/hub';
import { arnOf, type Kind } from '#src/sagemaker/names';

type Fields = Readonly<Record<string, unknown>>;

/** Describe… answers carry seconds, events carry milliseconds, under the same names. */
const asMilliseconds = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asMilliseconds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === 'number' && /Time$/.test(name) ? Math.round(member * 1000) : asMilliseconds(member),
    ]),
  );
};

/** Hands an event to the bus; now and then twice, as AWS does. */
const announce = (hub: Hub, event: BusEvent): void => {
  hub.store.outbox.add(event);
  if (hub.random() < (hub.settings.repeatedEvents?.share ?? 0)) hub.store.outbox.add(event);
};

const emit = (hub: Hub, detailType: string, kind: Kind, name: string, detail: Fields): void => {
  const arn = arnOf(hub.cloud, kind, name);
  announce(hub, {
    source: 'aws.sagemaker',
    'detail-type': detailType,
    resources: [arn],
    detail: { ...(asMilliseconds(detail) as Fields), Tags: hub.store.tagsOf(arn) },
  });
};

/** The names of the events of each kind of job (SageMaker Developer Guide, "Amazon EventBridge events"). */
const jobTitles = {
  'training-job': 'Training',
  'transform-job': 'Transform',
  'processing-job': 'Processing',
  'hyper-parameter-tuning-job': 'HyperParameter Tuning',
} as const satisfies Partial<Record<Kind, string>>;

/** @param described the answer of the job's Describe operation. */
export const emitJobChange = (hub: Hub, kind: keyof typeof jobTitles, name: string, described: Fields): void =>
  emit(hub, `SageMaker ${jobTitles[kind]} Job State Change`, kind, name, described);

/**
 * @param described the answer of DescribeEndpoint; the event writes its status as IN_SERVICE where that has InService.
 */
export const emitEndpointChange = (
  hub: Hub,
  change: 'State' | 'Deployment State',
  name: string,
  described: Fields,
): void =>
  emit(hub, `SageMaker Endpoint ${change} Change`, 'endpoint', name, {
    ...described,
    EndpointStatus: screaming(String(described['EndpointStatus'])),
  });

const screaming = (status: string): string => status.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

/** Model package events, unlike the others, write times as text. */
export const emitPackageChange = (hub: Hub, name: string, detail: Fields): void => {
  announce(hub, {
    source: 'aws.sagemaker',
    'detail-type': 'SageMaker Model Package State Change',
    resources: [arnOf(hub.cloud, 'model-package', name)],
    detail,
  });
};
