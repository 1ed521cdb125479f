import type { CloudWatch } from '#src/cloudwatch/service';
import type { Answer } from '#src/sagemaker/container/server';
import type { AsynchronousSpec } from '#src/sagemaker/endpoints/asynchronous';
import type { Endpoint } from '#src/sagemaker/endpoints/endpoint';
import type { Fleet } from '#src/sagemaker/endpoints/fleet';
import type { Hosting } from '#src/sagemaker/endpoints/hosting';
import { measureInvocation } from '#src/sagemaker/endpoints/metrics';
import { modelMessage } from '#src/sagemaker/endpoints/model-message';
import type { Hub } from '#src/sagemaker/hub';
import { arnOf } from '#src/sagemaker/names';
import { describeS3Error, parseS3Uri, storageOf } from '#src/sagemaker/storage/s3';
import type { Kept } from '#src/sagemaker/store';

const KIND = 'asynchronous-request';
const SERVING = ['InService', 'Updating', 'RollingBack'];

/** How often the metrics of a queue are published while requests are in it. */
const INTERVAL_MS = 60_000;

/** A request in the queue of an endpoint, as stored. Its name is its place. */
export interface QueuedRequest extends Kept {
  readonly endpoint: string;
  /** `s3://…` of the request, the answer and the failure. */
  readonly input: string;
  readonly output: string;
  readonly failure?: string;
  /** Headers for the container. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, after which it is not answered any more. */
  readonly expires: number;
}

/** How many requests the instances of an endpoint work on at once. */
const capacityOf = ({ spec }: Endpoint, { concurrency }: AsynchronousSpec): number => concurrency * instancesOf(spec);
const instancesOf = ({ variants }: Endpoint['spec']): number =>
  variants.reduce((sum, { instances }) => sum + instances, 0);

/**
 * The queues of asynchronous endpoints (SageMaker Developer Guide, "Asynchronous inference"). Requests are stored, so a restart loses none;
 * one that was under way is answered again. Without instances they wait.
 */
export class Queues {
  readonly #hub: Hub;
  readonly #hosting: Hosting;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #ticking = new Set<string>();
  readonly #closing = new AbortController();

  constructor(hub: Hub, hosting: Hosting) {
    this.#hub = hub;
    this.#hosting = hosting;
    hosting.onSettled((name) => this.pump(name));
  }

  add(request: Omit<QueuedRequest, 'name' | 'created' | 'modified' | 'status'>): void {
    const now = this.#hub.cloud.clock.now();
    const name = String(this.#hub.store.next(KIND)).padStart(12, '0');
    this.#hub.store.put<QueuedRequest>(KIND, { ...request, name, created: now, modified: now, status: '' });
    this.pump(request.endpoint);
    this.#tick(request.endpoint);
  }

  /** Starts work on as many requests as the endpoint has room for. */
  pump(name: string): void {
    if (this.#closing.signal.aborted) return;
    const endpoint = this.#hub.store.get<Endpoint>('endpoint', name);
    const queue = endpoint?.spec.asynchronous;
    if (!endpoint || !queue || !SERVING.includes(endpoint.status)) return;
    const waiting = this.#requestsOf(name);
    const room = capacityOf(endpoint, queue) - waiting.filter((request) => this.#underWay.has(request.name)).length;
    for (const request of waiting.filter(({ name: id }) => !this.#underWay.has(id)).slice(0, Math.max(0, room))) {
      const work = this.#answer(endpoint, queue, request)
        .catch((error: unknown) =>
          this.#hub.cloud.log('warn', `a queued request of ${name} was lost`, { error: String(error) }),
        )
        .then(() => {
          this.#hub.store.remove(KIND, request.name);
          this.#underWay.delete(request.name);
          this.pump(name);
        });
      this.#underWay.set(request.name, work);
    }
  }

  /** Goes on with what was stored. */
  resume(): void {
    for (const endpoint of new Set(this.#hub.store.all<QueuedRequest>(KIND).map((request) => request.endpoint))) {
      this.pump(endpoint);
      this.#tick(endpoint);
    }
  }

  /** Drops the requests of an endpoint that is deleted. */
  forget(name: string): void {
    for (const request of this.#requestsOf(name)) this.#hub.store.remove(KIND, request.name);
  }

  /** Waits for what is under way; the rest stays stored. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#underWay.values());
  }

  #requestsOf(name: string): QueuedRequest[] {
    return this.#hub.store.all<QueuedRequest>(KIND).filter(({ endpoint }) => endpoint === name);
  }

  async #answer(endpoint: Endpoint, queue: AsynchronousSpec, request: QueuedRequest): Promise<void> {
    const { cloud } = this.#hub;
    if (cloud.clock.now() > request.expires) return this.#count(endpoint, ['ExpiredRequests']);
    const roleArn = endpoint.spec.variants[0]?.model.executionRoleArn ?? '';
    const storage = storageOf(cloud, roleArn, arnOf(cloud, 'endpoint', endpoint.name));
    const options = { kmsKeyId: queue.kmsKeyId };
    try {
      const body = await storage.readBytes(parseS3Uri(request.input)).catch((error: unknown) => {
        this.#count(endpoint, ['RequestDownloadFailures']);
        throw new Error(`Failed to download the request from ${request.input}: ${describeS3Error(error)}`);
      });
      const answer = await this.#ask(endpoint, request, body);
      const contentType = answer.headers['content-type'];
      const type = contentType === undefined ? {} : { contentType };
      await storage.uploadText(answer.body, parseS3Uri(request.output), { ...options, ...type });
      this.#count(endpoint, ['InvocationsProcessed']);
    } catch (error) {
      this.#count(endpoint, ['InvocationFailures']);
      if (request.failure === undefined) return;
      const reason = error instanceof Error ? error.message : String(error);
      await storage.uploadText(reason, parseS3Uri(request.failure), options);
    } finally {
      storage.close();
    }
  }

  /** @throws Error with what the failure object holds */
  async #ask(endpoint: Endpoint, { headers }: QueuedRequest, body: Buffer): Promise<Answer> {
    const fleet: Fleet = await this.#hosting.route(endpoint);
    const variant = fleet.choose(undefined) ?? '';
    const sent = performance.now();
    let status: number | undefined;
    try {
      const invocation = { method: 'POST', path: '/invocations', headers, body } as const;
      const answer = await fleet.invoke(variant, invocation, () => {});
      ({ status } = answer);
      if (answer.status >= 400) throw new Error(modelMessage(this.#hub, endpoint.name, status, answer.body.toString()));
      return answer;
    } finally {
      measureInvocation(this.#hub, {
        endpoint: endpoint.name,
        variant,
        configName: fleet.spec.configName,
        status,
        modelLatency: Math.round((performance.now() - sent) * 1000),
        queued: true,
      });
    }
  }

  /** Counts by the variant of an endpoint ("Alarms and logs for tracking metrics from asynchronous endpoints"). */
  #count({ name, spec }: Endpoint, metrics: readonly string[]): void {
    const dimensions = { EndpointName: name, VariantName: spec.variants[0]?.name ?? '' };
    this.#publish(metrics.map((metric) => [metric, 1, dimensions]));
  }

  /** Publishes the state of a queue now, and every minute while requests are in it (same source). */
  #tick(name: string): void {
    if (this.#ticking.has(name)) return;
    this.#ticking.add(name);
    const { clock } = this.#hub.cloud;
    const publish = (): void => {
      const endpoint = this.#hub.store.get<Endpoint>('endpoint', name);
      const backlog = this.#requestsOf(name).length;
      if (!endpoint) {
        this.#ticking.delete(name);
        return;
      }
      const instances = instancesOf(endpoint.spec);
      const dimensions = { EndpointName: name };
      this.#publish([
        ['ApproximateBacklogSize', backlog, dimensions],
        ...(instances === 0 ? [] : [['ApproximateBacklogSizePerInstance', backlog / instances, dimensions] as const]),
        ['HasBacklogWithoutCapacity', backlog > 0 && instances === 0 ? 1 : 0, dimensions],
      ]);
      if (backlog === 0) {
        this.#ticking.delete(name);
        return;
      }
      clock.sleep(INTERVAL_MS, this.#closing.signal).then(publish, () => {});
    };
    publish();
  }

  #publish(values: readonly (readonly [string, number, Readonly<Record<string, string>>])[]): void {
    try {
      const sink = this.#hub.cloud.service<CloudWatch>('monitoring');
      for (const [metric, value, dimensions] of values)
        sink.putMetric('AWS/SageMaker', metric, dimensions, value, 'Count');
    } catch (error) {
      this.#hub.cloud.log('warn', 'the metrics of a queue were not kept', { error: String(error) });
    }
  }
}
