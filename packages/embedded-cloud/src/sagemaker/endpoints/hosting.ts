import { StartError } from '#src/sagemaker/container/server';
import { type AlarmCheck, alarmCheck } from '#src/sagemaker/endpoints/alarms';
import { changeEndpoint, type Endpoint, type Pending, type VariantProgress } from '#src/sagemaker/endpoints/endpoint';
import { Fleet, failureReason } from '#src/sagemaker/endpoints/fleet';
import type { FleetSpec } from '#src/sagemaker/endpoints/fleet-spec';
import { type Step, shiftSteps } from '#src/sagemaker/endpoints/steps';
import { deploymentFailure } from '#src/sagemaker/faults';
import { forget, type Hub } from '#src/sagemaker/hub';
import type { Jobs } from '#src/sagemaker/jobs';

/** How often the alarms are looked at while a deployment bakes. */
const ALARM_INTERVAL_MS = 10_000;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The fleets of one endpoint. */
interface Live {
  readonly active: Promise<Fleet>;
  next?: { readonly fleet: Fleet; share: number };
  position: number;
}

class RollBack extends Error {
  override readonly name = 'RollBack';
}

const keyOf = (name: string): string => name.toLowerCase();
const idOf = (name: string): string => `endpoint/${keyOf(name)}`;

/** Runs the endpoints' processes: deploys, shifts traffic, routes requests. */
export class Hosting {
  readonly #hub: Hub;
  readonly #jobs: Jobs;
  readonly #live = new Map<string, Live>();

  constructor(hub: Hub, jobs: Jobs) {
    this.#hub = hub;
    this.#jobs = jobs;
  }

  /**
   * Continues what the record shows as in progress. A creation or an update starts over with a fleet of its own, whose
   * traffic begins at the first step; a roll-back is complete, as its fleet no longer exists; a deletion continues.
   */
  resume(endpoint: Endpoint): void {
    if (endpoint.status === 'Deleting') this.delete(endpoint.name);
    else if (endpoint.status === 'RollingBack') {
      changeEndpoint(this.#hub, endpoint.name, { status: 'InService', pending: undefined });
    } else if (endpoint.pending) this.#jobs.start(idOf(endpoint.name), (signal) => this.#deploy(endpoint.name, signal));
  }

  /**
   * The fleet that the next request goes to. Processes of an endpoint that was in service before a restart are started now.
   * @throws Error when they do not come up.
   */
  async route(endpoint: Endpoint): Promise<Fleet> {
    const live = this.#activate(endpoint);
    live.position = (live.position + GOLDEN) % 1;
    return live.next && live.position < live.next.share ? live.next.fleet : live.active;
  }

  #activate(endpoint: Endpoint): Live {
    const key = keyOf(endpoint.name);
    const known = this.#live.get(key);
    if (known) return known;
    const live = { active: Fleet.start(this.#hub, endpoint.name, endpoint.spec), position: 0 };
    // One that failed is tried again by the next request.
    live.active.catch(() => this.#live.delete(key));
    this.#live.set(key, live);
    return live;
  }

  /** Applies changed weights to the processes that run. */
  async reweigh(endpoint: Endpoint): Promise<void> {
    const weights = new Map(endpoint.spec.variants.map((variant) => [variant.name, variant.weight]));
    (await this.#live.get(keyOf(endpoint.name))?.active)?.setWeights(weights);
  }

  delete(name: string): void {
    this.#jobs.start(idOf(name), async () => {
      await this.#stop(name);
      forget(this.#hub, 'endpoint', name);
    });
  }

  async #stop(name: string): Promise<void> {
    const live = this.#live.get(keyOf(name));
    this.#live.delete(keyOf(name));
    if (!live) return;
    await live.next?.fleet.stop();
    await live.active.then(
      (fleet) => fleet.stop(),
      () => {},
    );
  }

  /** Ends all processes; the records stay. */
  async close(): Promise<void> {
    await Promise.all([...this.#live.keys()].map((key) => this.#stop(key)));
  }

  /** Brings up the pending fleet and moves the traffic to it, or rolls back. Never throws. */
  async #deploy(name: string, signal: AbortSignal): Promise<void> {
    const endpoint = this.#hub.store.get<Endpoint>('endpoint', name);
    if (!endpoint?.pending) return;
    const { spec, deployment } = endpoint.pending;
    let fleet: Fleet | undefined;
    try {
      this.#progress(name, 'Creating', `Launching ${spec.variants.reduce((n, v) => n + v.instances, 0)} instance(s).`);
      this.#failByFault(endpoint, spec);
      fleet = await this.#launch(name, endpoint.pending, signal);
      if (endpoint.status === 'Creating') this.#live.set(keyOf(name), { active: Promise.resolve(fleet), position: 0 });
      else await this.#shift(endpoint, fleet, signal);
      if (signal.aborted) return;
      changeEndpoint(this.#hub, name, {
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
      await this.#rollBack(endpoint, fleet, error instanceof Error ? error.message : String(error));
    }
  }

  /** @throws Error with the FailureReason when a fault keeps the instances or containers from coming up */
  #failByFault({ name }: Endpoint, { configName, variants }: FleetSpec): void {
    const fault = this.#hub.cloud.faults?.endpoint({ name, configName });
    const reason = deploymentFailure(fault);
    if (reason !== undefined) throw new Error(reason);
    if (fault) throw new Error(failureReason(variants[0], new StartError('ping', 'brought about by a fault')));
  }

  /** @throws RollBack when the deployment's time is up before the fleet is; the fleet is stopped once it came up */
  async #launch(name: string, pending: Pending, signal: AbortSignal): Promise<Fleet> {
    const starting = Fleet.start(this.#hub, name, pending.spec);
    const { clock } = this.#hub.cloud;
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

  async #shift(endpoint: Endpoint, fleet: Fleet, signal: AbortSignal): Promise<void> {
    const { spec, deployment } = endpoint.pending as Pending;
    const live = this.#activate(endpoint);
    const old = await live.active;
    const alarms = alarmCheck(this.#hub, endpoint.name, roleOf(spec), deployment);
    for (const step of shiftSteps(deployment, spec)) {
      this.#progress(endpoint.name, 'ActivatingTraffic', step.activating, step.share);
      live.next = { fleet, share: step.share };
      if (step.waitSeconds > 0) {
        this.#progress(endpoint.name, 'Baking', step.baking, step.share);
        await this.#bake(step, endpoint.pending as Pending, alarms, signal);
      }
    }
    this.#live.set(keyOf(endpoint.name), { active: Promise.resolve(fleet), position: live.position });
    await old.stop();
  }

  /** @throws RollBack when an alarm goes off; the signal's reason when aborted. */
  async #bake(step: Step, pending: Pending, alarms: AlarmCheck | undefined, signal: AbortSignal): Promise<void> {
    const { clock } = this.#hub.cloud;
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
  async #rollBack(endpoint: Endpoint, fleet: Fleet | undefined, reason: string): Promise<void> {
    const { name } = endpoint;
    if (endpoint.status === 'Creating') {
      changeEndpoint(this.#hub, name, { status: 'Failed', pending: undefined, failureReason: reason });
      return;
    }
    changeEndpoint(this.#hub, name, { status: 'RollingBack', failureReason: reason });
    const live = this.#live.get(keyOf(name));
    if (live) delete live.next;
    await fleet?.stop();
    changeEndpoint(this.#hub, name, { status: 'InService', pending: undefined });
  }

  #progress(name: string, status: VariantProgress['status'], message: string, share = 0): void {
    const pending = this.#hub.store.get<Endpoint>('endpoint', name)?.pending;
    if (!pending) return;
    const progress = { status, message, start: this.#hub.cloud.clock.now() };
    changeEndpoint(this.#hub, name, { pending: { ...pending, share, progress } });
  }
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
