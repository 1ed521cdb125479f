import { changeEndpoint, type Endpoint } from '#src/sagemaker/endpoints/endpoint';
import type { Fleet } from '#src/sagemaker/endpoints/fleet';
import { LiveFleets } from '#src/sagemaker/endpoints/live-fleets';
import { deploy } from '#src/sagemaker/endpoints/rollout';
import { forget, type Hub } from '#src/sagemaker/hub';
import type { Jobs } from '#src/sagemaker/jobs';

const idOf = (name: string): string => `endpoint/${name.toLowerCase()}`;

/** Runs the endpoints' processes: deploys, shifts traffic, routes requests. */
export class Hosting {
  readonly #hub: Hub;
  readonly #jobs: Jobs;
  readonly #fleets: LiveFleets;

  #settled: (name: string) => void = () => {};

  constructor(hub: Hub, jobs: Jobs) {
    this.#hub = hub;
    this.#jobs = jobs;
    this.#fleets = new LiveFleets(hub);
  }

  /**
   * Continues what the record shows as in progress. A creation or an update starts over with a fleet of its own, whose
   * traffic begins at the first step; a roll-back is complete, as its fleet no longer exists; a deletion continues.
   */
  resume(endpoint: Endpoint): void {
    if (endpoint.status === 'Deleting') this.delete(endpoint.name);
    else if (endpoint.status === 'RollingBack') {
      changeEndpoint(this.#hub, endpoint.name, { status: 'InService', pending: undefined });
    } else if (endpoint.pending)
      this.#jobs.start(idOf(endpoint.name), (signal) =>
        deploy({ hub: this.#hub, fleets: this.#fleets }, endpoint.name, signal).then(() =>
          this.#settled(endpoint.name),
        ),
      );
  }

  /** Says that what serves may have changed. */
  settled(name: string): void {
    this.#settled(name);
  }

  /** Who is told when a deployment has ended, or the number of instances has changed. */
  onSettled(listener: (name: string) => void): void {
    this.#settled = listener;
  }

  /**
   * The fleet that the next request goes to. Processes of an endpoint that was in service before a restart are started now.
   * @throws Error when they do not come up.
   */
  route(endpoint: Endpoint): Promise<Fleet> {
    return this.#fleets.route(endpoint);
  }

  /** Applies changed weights to the processes that run. */
  reweigh(endpoint: Endpoint): Promise<void> {
    return this.#fleets.reweigh(endpoint);
  }

  delete(name: string): void {
    this.#jobs.start(idOf(name), async () => {
      await this.#fleets.stop(name);
      forget(this.#hub, 'endpoint', name);
    });
  }

  /** Ends all processes; the records stay. */
  close(): Promise<void> {
    return this.#fleets.close();
  }
}
