import type { EndpointView } from '#domain/deployment/endpoint';
import type { createEndpointRequest, endpointConfigRequest, updateEndpointRequest } from '#domain/deployment/requests';

type Update = ReturnType<typeof updateEndpointRequest>;

/** The operations on SageMaker endpoints and configs that deployments need. */
export interface Endpoints {
  /** The endpoint, or undefined when none has that name. */
  read(name: string): Promise<EndpointView | undefined>;
  /**
   * @throws TransientError when the endpoint has changed since it was read: read it again; QuotaExceededError when the account has
   *   no instances left. The same for `update` and `remove`.
   */
  create(request: ReturnType<typeof createEndpointRequest>): Promise<void>;
  update(request: Omit<Update, 'DeploymentConfig'> & Partial<Update>): Promise<void>;
  remove(name: string): Promise<void>;
  /** Creates the config unless one of that name exists. */
  ensureConfig(request: ReturnType<typeof endpointConfigRequest>): Promise<void>;
  /** Deletes a config that no endpoint uses, if it exists. */
  removeConfig(name: string): Promise<void>;
}
