import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Answer,
  type Invocation,
  type ModelServer,
  StartError,
  startServer,
} from '#src/sagemaker/container/server';
import { CaptureWriter } from '#src/sagemaker/endpoints/capture';
import type { FleetSpec, VariantSpec } from '#src/sagemaker/endpoints/fleet-spec';
import { throttled } from '#src/sagemaker/endpoints/serverless';
import type { Hub } from '#src/sagemaker/hub';

const DRAIN_INTERVAL_MS = 20;
/** No request takes longer than a container may. */
const DRAIN_LIMIT_MS = 60_000;

/** The fraction of a rotation per choice: spreads choices evenly instead of at random. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** An idle serverless variant gives its compute back after this long; AWS does so after minutes, without saying how many. */
const IDLE_MS = 300_000;

interface Member {
  readonly spec: VariantSpec;
  readonly capture: CaptureWriter | undefined;
  /** Undefined while a serverless variant is scaled to zero. */
  server: Promise<ModelServer> | undefined;
  underWay: number;
  /** Ends the wait for idleness. */
  awake?: AbortController;
  /** The end of the process that was scaled away; the next one uses its folder. */
  gone?: Promise<unknown> | undefined;
}

let fleets = 0;

/** The running processes of one deployed configuration: one a variant, whatever its number of instances. */
export class Fleet {
  readonly spec: FleetSpec;
  readonly #hub: Hub;
  readonly #endpoint: string;
  readonly #id: string;
  readonly #members: readonly Member[];
  #weights: Map<string, number>;
  #position = 0;
  #stopped = false;

  private constructor(hub: Hub, endpoint: string, spec: FleetSpec) {
    fleets += 1;
    this.#hub = hub;
    this.#endpoint = endpoint;
    this.#id = `endpoint-${endpoint}-${fleets}`;
    this.spec = spec;
    this.#weights = new Map(spec.variants.map((variant) => [variant.name, variant.weight]));
    const capture = spec.capture?.EnableCapture ? spec.capture : undefined;
    this.#members = spec.variants.map((variant) => ({
      spec: variant,
      capture: capture && new CaptureWriter(hub, endpoint, variant.name, variant.model.executionRoleArn, capture),
      server: this.#start(variant),
      underWay: 0,
    }));
    for (const member of this.#members) this.#sleepWhenIdle(member);
  }

  /**
   * Starts all variants and waits until they answer.
   * @throws Error with the FailureReason of the endpoint; nothing is left running then.
   */
  static async start(hub: Hub, endpoint: string, spec: FleetSpec): Promise<Fleet> {
    const fleet = new Fleet(hub, endpoint, spec);
    const started = await Promise.allSettled(fleet.#members.map((member) => member.server));
    const failed = started.findIndex((result) => result.status === 'rejected');
    if (failed === -1) return fleet;
    await fleet.stop();
    const result = started[failed] as PromiseRejectedResult;
    throw new Error(failureReason(spec.variants[failed], result.reason));
  }

  #start(variant: VariantSpec): Promise<ModelServer> {
    return startServer(this.#hub, variant.model, {
      id: `${this.#id}-${variant.name}`,
      logFile: this.#hub.logFile('endpoints', `${this.#endpoint}-${variant.name}`),
      logGroup: `Endpoints/${this.#endpoint}`,
    });
  }

  /** Changes what share each variant gets. */
  setWeights(weights: ReadonlyMap<string, number>): void {
    this.#weights = new Map(weights);
  }

  /** The variant named, or the next by weight; undefined when there is none. */
  choose(target: string | undefined): string | undefined {
    if (target !== undefined) return this.#members.find((member) => member.spec.name === target)?.spec.name;
    const total = [...this.#weights.values()].reduce((sum, weight) => sum + weight, 0);
    this.#position = (this.#position + GOLDEN) % 1;
    let rest = this.#position * total;
    for (const [name, weight] of this.#weights) {
      rest -= weight;
      if (rest < 0) return name;
    }
    return this.#members[0]?.spec.name;
  }

  /**
   * Sends a request to a variant; a process that died is replaced first, one that is scaled to zero is started.
   * @param onColdStart receives how many milliseconds the start took
   * @throws AwsError ThrottlingException beyond the concurrency of a serverless variant; Error when there is no answer
   */
  async invoke(variant: string, invocation: Invocation, onColdStart: (ms: number) => void): Promise<Answer> {
    const member = this.#members.find((candidate) => candidate.spec.name === variant);
    if (!member) throw new Error(`no variant ${variant}`);
    if (member.underWay >= (member.spec.serverless?.MaxConcurrency ?? Number.POSITIVE_INFINITY)) throw throttled();
    member.underWay += 1;
    member.awake?.abort();
    try {
      return await (await this.#running(member, onColdStart)).invoke(invocation);
    } finally {
      member.underWay -= 1;
      this.#sleepWhenIdle(member);
    }
  }

  async #running(member: Member, onColdStart: (ms: number) => void): Promise<ModelServer> {
    if (member.server === undefined) {
      const began = performance.now();
      const server = Promise.resolve(member.gone).then(() => this.#start(member.spec));
      member.server = server;
      // One that failed is tried again by the next request.
      server.catch(() => {
        if (member.server === server) member.server = undefined;
      });
      await server;
      onColdStart(performance.now() - began);
    }
    const server = await member.server;
    if (!server.ended) return server;
    member.server = server.stop().then(() => this.#start(member.spec));
    return member.server;
  }

  /** Scales a serverless variant to zero after a long idle time; provisioned concurrency stays warm. */
  #sleepWhenIdle(member: Member): void {
    const { serverless } = member.spec;
    if (this.#stopped || !serverless || serverless.ProvisionedConcurrency !== undefined || member.underWay > 0) return;
    const awake = new AbortController();
    member.awake = awake;
    this.#hub.cloud.clock.sleep(IDLE_MS, awake.signal).then(
      async () => {
        if (member.underWay > 0) return;
        const idle = member.server;
        member.server = undefined;
        member.gone = idle?.then((server) => server.stop()).catch(() => {});
        await member.gone;
      },
      // Woken by a request, or stopped.
      () => {},
    );
  }

  captureOf(variant: string): CaptureWriter | undefined {
    return this.#members.find((member) => member.spec.name === variant)?.capture;
  }

  /** Lets the requests in progress end, writes the captures and ends the processes. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const member of this.#members) member.awake?.abort();
    for (
      let waited = 0;
      this.#members.some(({ underWay }) => underWay > 0) && waited < DRAIN_LIMIT_MS;
      waited += DRAIN_INTERVAL_MS
    ) {
      await sleep(DRAIN_INTERVAL_MS);
    }
    await Promise.allSettled(
      this.#members.map(async (member) => {
        await member.capture?.close();
        await (await member.server)?.stop();
      }),
    );
  }
}

/** FailureReason of an endpoint, for what went wrong with one of its variants. */
export const failureReason = (variant: VariantSpec | undefined, error: unknown): string => {
  if (error instanceof StartError && error.stage === 'model-data') {
    return (
      `Failed to download model data for production variant ${variant?.name}: ${error.message}. Please ensure that there ` +
      'is an object located at the URL and that the role passed to CreateModel has permissions to download the model.'
    );
  }
  if (error instanceof StartError) {
    return (
      `The primary container for production variant ${variant?.name} did not pass the ping health check. ` +
      'Please check CloudWatch logs for this endpoint.'
    );
  }
  return error instanceof Error ? error.message : String(error);
};
