import type { ServiceError, Trouble } from './service-errors.ts';

/** A web API that a page of the cloud serves: fault files may name it as a service, beside those of AWS. */
export interface PageApi {
  /** As `service` of a fault rule; not the name of an AWS service. */
  readonly name: string;
  readonly operations: readonly string[];
  /** How the API reports that it is throttled, failed or unavailable. */
  readonly errors: Readonly<Record<Trouble, ServiceError>>;
}
