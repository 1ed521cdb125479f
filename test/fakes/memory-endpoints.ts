import type { EndpointView } from '#domain/deployment/endpoint';
import { TransientError } from '#domain/errors';
import type { Endpoints } from '#functions/ports/endpoints';

/** Endpoints in memory. A change stays under way until `settle` is called; each change is in `changes`. */
export interface MemoryEndpoints extends Endpoints {
  readonly changes: string[];
  readonly configs: Set<string>;
  /** Puts an endpoint in service on a config. */
  serve(name: string, config: string): void;
  /** Ends the change under way. */
  settle(name: string): void;
}

export function memoryEndpoints(): MemoryEndpoints {
  const endpoints = new Map<string, EndpointView>();
  const configs = new Set<string>();
  const changes: string[] = [];
  const change = (name: string, operation: string, next: EndpointView | undefined) => {
    if (endpoints.get(name)?.status === 'Updating') throw new TransientError(`${name} is in progress`);
    changes.push(operation);
    if (next) endpoints.set(name, next);
    else endpoints.delete(name);
  };
  const modifiedAt = '2026-01-02T00:00:00.000Z';
  return {
    changes,
    configs,
    read: async (name) => endpoints.get(name),
    create: async ({ EndpointName: name, EndpointConfigName: config }) =>
      change(name, `create ${config}`, { status: 'Creating', config, modifiedAt }),
    update: async ({ EndpointName: name, EndpointConfigName: pendingConfig }) => {
      const config = endpoints.get(name)?.config ?? '';
      change(name, `update ${pendingConfig}`, { status: 'Updating', config, pendingConfig, modifiedAt });
    },
    remove: async (name) => change(name, `remove ${name}`, undefined),
    ensureConfig: async ({ EndpointConfigName: config }) => {
      configs.add(config);
    },
    removeConfig: async (config) => {
      if (configs.delete(config)) changes.push(`remove config ${config}`);
    },
    serve(name, config) {
      configs.add(config);
      endpoints.set(name, { status: 'InService', config, modifiedAt });
    },
    settle(name) {
      const endpoint = endpoints.get(name);
      if (endpoint)
        endpoints.set(name, { status: 'InService', config: endpoint.pendingConfig ?? endpoint.config, modifiedAt });
    },
  };
}
