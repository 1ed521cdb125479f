import type { Endpoint } from '#src/sagemaker/endpoints/endpoint';
import { Fleet } from '#src/sagemaker/endpoints/fleet';
import type { Hub } from '#src/sagemaker/hub';

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The fleets of one endpoint. */
export interface Live {
  readonly active: Promise<Fleet>;
  /** The fleet of a deployment, and its part of the traffic, 0 to 1. */
  next?: { readonly fleet: Fleet; share: number };
  position: number;
}

const keyOf = (name: string): string => name.toLowerCase();

/** The fleets that run, by endpoint. */
export class LiveFleets {
  readonly #hub: Hub;
  readonly #live = new Map<string, Live>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /**
   * The fleet that the next request goes to. Processes of an endpoint that was in service before a restart are started now.
   * @throws Error when they do not come up.
   */
  async route(endpoint: Endpoint): Promise<Fleet> {
    const live = this.activate(endpoint);
    live.position = (live.position + GOLDEN) % 1;
    return live.next && live.position < live.next.share ? live.next.fleet : live.active;
  }

  /** The fleets of an endpoint, which are started when there are none. */
  activate(endpoint: Endpoint): Live {
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

  /** Ends the processes of an endpoint. */
  async stop(name: string): Promise<void> {
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
    await Promise.all([...this.#live.keys()].map((key) => this.stop(key)));
  }

  /** Makes a fleet the only one of its endpoint. The one before is not stopped. */
  replace(name: string, fleet: Fleet, position = 0): void {
    this.#live.set(keyOf(name), { active: Promise.resolve(fleet), position });
  }

  /** Sends all traffic to the active fleet again. */
  dropNext(name: string): void {
    const live = this.#live.get(keyOf(name));
    if (live) delete live.next;
  }
}
