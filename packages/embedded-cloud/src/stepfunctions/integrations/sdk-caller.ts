import type { ClientConfig } from '../../cloud/service.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import { type SdkService, sdkServices } from './sdk-services.ts';
import { inputSchema, unsupportedFields } from './unsupported-fields.ts';

interface Client {
  send(command: object, options?: { abortSignal?: AbortSignal }): Promise<object>;
  destroy(): void;
  readonly middlewareStack: { add(middleware: unknown, options: object): void };
}
type Constructor<T> = new (input: unknown) => T;

/** A service's SDK module and a client for it. */
interface Loaded {
  readonly service: SdkService;
  readonly module: object;
  readonly client: Client;
}

const member = (module: object, name: string): unknown => (module as Record<string, unknown>)[name];

/** Leaves the answer's headers with its metadata. */
const keepHeaders = (next: (args: unknown) => Promise<unknown>) => async (args: unknown) => {
  const result = (await next(args)) as { response?: { headers?: object }; output?: { $metadata?: object } };
  if (result.output?.$metadata) Object.assign(result.output.$metadata, { httpHeaders: result.response?.headers });
  return result;
};

/** Calls AWS APIs through the embedded cloud's door, as one role and in the name of one execution. */
export class SdkCaller {
  readonly #config: () => ClientConfig;
  readonly #loaded = new Map<string, Promise<Loaded>>();

  constructor(config: () => ClientConfig) {
    this.#config = config;
  }

  /** @throws ExecutionError States.Runtime for an unknown service, States.Permissions when the role cannot be assumed */
  load(serviceId: string): Promise<Loaded> {
    const known = this.#loaded.get(serviceId);
    if (known) return known;
    const loading = this.#open(serviceId);
    this.#loaded.set(serviceId, loading);
    return loading;
  }

  async #open(serviceId: string): Promise<Loaded> {
    const service = sdkServices[serviceId];
    if (!service) {
      throw new ExecutionError(
        errorNames.runtime,
        `The embedded cloud does not know the service ${serviceId}; it knows ${Object.keys(sdkServices).join(', ')}.`,
      );
    }
    const module = await service.load();
    const config = this.#configOrRefusal();
    const client = new (member(module, service.client) as Constructor<Client>)({
      ...config,
      ...(serviceId === 's3' && { forcePathStyle: true }),
    });
    client.middlewareStack.add(keepHeaders, { step: 'deserialize', priority: 'high', name: 'keepHeaders' });
    return { service, module, client };
  }

  /** A role that does not exist or does not trust Step Functions fails the task. */
  #configOrRefusal(): ClientConfig {
    try {
      return this.#config();
    } catch (error) {
      throw new ExecutionError(errorNames.permissions, error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * Makes one call.
   * @param action in camelCase: `createTrainingJob`
   * @throws the SDK's error; ExecutionError States.Runtime when there is no such action, or it has no such field
   */
  async call(serviceId: string, action: string, input: unknown, signal?: AbortSignal): Promise<object> {
    const { module, client } = await this.load(serviceId);
    const Command = member(module, `${action.charAt(0).toUpperCase()}${action.slice(1)}Command`);
    if (typeof Command !== 'function') {
      throw new ExecutionError(errorNames.runtime, `The service ${serviceId} has no action ${action}.`);
    }
    const command = new (Command as Constructor<object>)(input);
    const unsupported = unsupportedFields(inputSchema(command), input);
    if (unsupported.length > 0) {
      const fields = unsupported.map((field) => `The field "${field}" is not supported by Step Functions`).join(', ');
      throw new ExecutionError(
        errorNames.runtime,
        `The Arguments '${JSON.stringify(input)}' could not be used to start the Task: [${fields}]`,
      );
    }
    try {
      return await client.send(command, signal ? { abortSignal: signal } : {});
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    for (const loading of this.#loaded.values()) {
      await loading.then(
        ({ client }) => client.destroy(),
        () => {},
      );
    }
  }
}
