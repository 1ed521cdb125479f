import { StartError } from '#src/sagemaker/container/server';
import { type AlarmCheck, alarmCheck } from '#src/sagemaker/endpoints/alarms';
import { changeEndpoint, type Endpoint, type Pending, type VariantProgress } from '#src/sagemaker/endpoints/endpoint';
import { Fleet, failureReason } from '#src/sagemaker/endpoints/fleet';
import type { FleetSpec } from '#src/sagemaker/endpoints/fleet-spec';
import type { LiveFleets } from '#src/sagemaker/endpoints/live-fleets';
import { type Step, shiftSteps } from '#src/sagemaker/endpoints/steps';
import { deploymentFailure } from '#src/sagemaker/faults';
import type { Hub } from '#src/sagemaker/hub';

/** How often the alarms are looked at while a deployment bakes. */
const ALARM_INTERVAL_MS = 10_000;

/** The records of the endpoints, and their processes. */
interface Hosted {
  readonly hub: Hub;
  readonly fleets: LiveFleets;
}

class RollBack extends Error {
  override readonly name = 'RollBack';
}

/** Brings up the pending fleet and moves the traffic to it, or rolls back. Never throws. */
export async function deploy({ hub, fleets }: Hosted, name: string, signal: AbortSignal): Promise<void> {
  const endpoint = hub.store.get<Endpoint>('endpoint', name);
  if (!endpoint?.pending) return;
  const { spec, deployment } = endpoint.pending;
  let fleet: Fleet | undefined;
  try {
    progress(hub, name, 'Creating', `Launching ${spec.variants.reduce((n, v) => n + v.instances, 0)} instance(s).`);
    failByFault(hub, endpoint, spec);
    fleet = await launch(hub, name, endpoint.pending, signal);
    if (endpoint.status === 'Creating') fleets.replace(name, fleet);
    else await shift({ hub, fleets }, endpoint, fleet, signal);
    if (signal.aborted) return;
    changeEndpoint(hub, name, {
      status: 'InService',
      spec,
      pending: undefined,
      failureReason: undefined,
      lastDeployment: deployment,
    });
  } catch (error) {
    if (signal.aborted) {
      await fleet?.stop();
      return;
    }
    await rollBack({ hub, fleets }, endpoint, fleet, error instanceof Error ? error.message : String(error));
  }
}

/** @throws Error with the FailureReason when a fault keeps the instances or containers from coming up */
function failByFault(hub: Hub, { name }: Endpoint, { configName, variants }: FleetSpec): void {
  const fault = hub.cloud.faults?.endpoint({ name, configName });
  const reason = deploymentFailure(fault);
  if (reason !== undefined) throw new Error(reason);
  if (fault) throw new Error(failureReason(variants[0], new StartError('ping', 'injected by a fault')));
}

/** @throws RollBack when the deployment's time is up before the fleet is; the fleet is stopped once it came up */
async function launch(hub: Hub, name: string, pending: Pending, signal: AbortSignal): Promise<Fleet> {
  const starting = Fleet.start(hub, name, pending.spec);
  const { clock } = hub.cloud;
  const end = deadlineOf(pending);
  if (end === undefined) return starting;
  const up = new AbortController();
  const late = clock
    .sleep(Math.max(0, end - clock.now()), AbortSignal.any([signal, up.signal]))
    .then(() => Promise.reject(timedOut(pending)));
  // Whichever loses the race is still waited for, or stopped.
  late.catch(() => {});
  try {
    return await Promise.race([starting, late]);
  } catch (error) {
    starting.then(
      (fleet) => fleet.stop(),
      () => {},
    );
    throw error;
  } finally {
    up.abort();
  }
}

async function shift({ hub, fleets }: Hosted, endpoint: Endpoint, fleet: Fleet, signal: AbortSignal): Promise<void> {
  const { spec, deployment } = endpoint.pending as Pending;
  const live = fleets.activate(endpoint);
  const old = await live.active;
  const alarms = alarmCheck(hub, endpoint.name, roleOf(spec), deployment);
  for (const step of shiftSteps(deployment, spec)) {
    progress(hub, endpoint.name, 'ActivatingTraffic', step.activating, step.share);
    live.next = { fleet, share: step.share };
    if (step.waitSeconds > 0) {
      progress(hub, endpoint.name, 'Baking', step.baking, step.share);
      await bake(hub, step, endpoint.pending as Pending, alarms, signal);
    }
  }
  fleets.replace(endpoint.name, fleet, live.position);
  await old.stop();
}

/** @throws RollBack when an alarm goes off; the signal's reason when aborted. */
async function bake(
  hub: Hub,
  step: Step,
  pending: Pending,
  alarms: AlarmCheck | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = hub.cloud;
  const end = clock.now() + step.waitSeconds * 1000;
  const deadline = deadlineOf(pending) ?? Number.POSITIVE_INFINITY;
  for (;;) {
    const ringing = await alarms?.();
    if (ringing !== undefined) {
      throw new RollBack(
        `One or more configured alarm(s) in the deployment guardrail have gone into ALARM status: ${ringing}. ` +
          'Rolled back to the previous endpoint configuration.',
      );
    }
    const now = clock.now();
    if (now >= deadline) throw timedOut(pending);
    if (now >= end) return;
    const left = Math.min(end, deadline) - now;
    await clock.sleep(alarms ? Math.min(left, ALARM_INTERVAL_MS) : left, signal);
  }
}

/**
 * A failed creation is Failed; a failed update leaves the old configuration in service (SageMaker Developer Guide,
 * "Deployment guardrails").
 */
async function rollBack(
  { hub, fleets }: Hosted,
  endpoint: Endpoint,
  fleet: Fleet | undefined,
  reason: string,
): Promise<void> {
  const { name } = endpoint;
  if (endpoint.status === 'Creating') {
    changeEndpoint(hub, name, { status: 'Failed', pending: undefined, failureReason: reason });
    return;
  }
  changeEndpoint(hub, name, { status: 'RollingBack', failureReason: reason });
  fleets.dropNext(name);
  await fleet?.stop();
  changeEndpoint(hub, name, { status: 'InService', pending: undefined });
}

function progress(hub: Hub, name: string, status: VariantProgress['status'], message: string, share = 0): void {
  const pending = hub.store.get<Endpoint>('endpoint', name)?.pending;
  if (!pending) return;
  const changed = { status, message, start: hub.cloud.clock.now() };
  changeEndpoint(hub, name, { pending: { ...pending, share, progress: changed } });
}

const timeoutOf = ({ deployment }: Pending): number | undefined =>
  (deployment?.BlueGreenUpdatePolicy ?? deployment?.RollingUpdatePolicy)?.MaximumExecutionTimeoutInSeconds;

/** When a deployment must be over (API reference: BlueGreenUpdatePolicy, MaximumExecutionTimeoutInSeconds). */
const deadlineOf = (pending: Pending): number | undefined => {
  const seconds = timeoutOf(pending);
  return seconds === undefined ? undefined : pending.start + seconds * 1000;
};
const timedOut = (pending: Pending): RollBack =>
  new RollBack(
    `The deployment exceeded its MaximumExecutionTimeoutInSeconds of ${timeoutOf(pending)} seconds. ` +
      'Rolled back to the previous endpoint configuration.',
  );

const roleOf = (spec: FleetSpec): string => spec.variants[0]?.model.executionRoleArn ?? '';
