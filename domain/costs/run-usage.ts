import { hoursOfMonth } from '#domain/costs/prices';
import type { Jobs, Measured, Usage } from '#schemas/records/costs';

/** The architecture of the functions, as Lambda names it. */
export type Architecture = 'x86_64' | 'arm64';

/** What jobs are billed for: each instance while it works, and its volume. */
export function jobUsage({ use, instanceType, instances, seconds, volumeGb }: Jobs, measured: boolean): Usage[] {
  const kind = use === 'training' ? 'training' : 'scoring';
  const hours = (seconds * instances) / 3600;
  return [
    { kind, item: `sagemaker.${use}.${instanceType}`, quantity: hours, measured },
    ...(volumeGb > 0
      ? [{ kind, item: `sagemaker.${use}.volume`, quantity: (hours * volumeGb) / hoursOfMonth, measured } as const]
      : []),
  ];
}

/** Everything that a run is billed for by the jobs, the functions and the machines. Requests to storage are left out: less than a cent. */
export const runUsage = (
  { jobs, transitions, calls, gbSeconds }: Measured,
  measured: boolean,
  architecture: Architecture = 'x86_64',
): Usage[] => [
  ...jobs.flatMap((one) => jobUsage(one, measured)),
  { kind: 'functions', item: `lambda.${architecture}.gbSecond`, quantity: gbSeconds, measured },
  { kind: 'functions', item: 'lambda.request', quantity: calls, measured },
  { kind: 'states', item: 'states.transition', quantity: transitions, measured },
];
