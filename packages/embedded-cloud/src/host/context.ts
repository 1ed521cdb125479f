import { join } from 'node:path';
import type { ApiContext } from '../apigateway/service.ts';
import type { CredentialStore } from '../cloud/credentials.ts';
import { openJsonLines } from '../cloud/jsonl.ts';
import { AwsError, type BusEvent, type Clock, type CloudContext, type CloudService } from '../cloud/service.ts';
import type { RoleStore } from '../iam/roles.ts';
import type { LambdaContext } from '../lambda/runtime.ts';
import type { SageMakerSettings } from '../sagemaker/settings.ts';

/** What single services of this cloud are given beyond what every service is. */
export interface HostContext extends LambdaContext, ApiContext {
  readonly credentials: CredentialStore;
  readonly sageMaker: SageMakerSettings;
}

/** What a context is made of. */
export interface ContextParts {
  readonly accountId: string;
  readonly region: string;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly endpoint: string;
  readonly credentials: CredentialStore;
  readonly services: ReadonlyMap<string, CloudService>;
  /** The roles, once IAM is ready. */
  roles(): RoleStore;
  actAs: CloudContext['actAs'];
}

/** EventBridge as the other services reach it. */
interface Bus extends CloudService {
  deliver(event: BusEvent, occasion?: { readonly id: string; readonly time: number }): void;
}

/** Diagnostics of the embedded cloud: `cloud.jsonl` in its state folder, rotated at 16 MiB. */
export function openCloudLog(stateDir: string, clock: Clock): { log: CloudContext['log']; close(): void } {
  const file = openJsonLines(join(stateDir, 'logs', 'cloud.jsonl'), { maxBytes: 16 * 2 ** 20, keep: 3 });
  return {
    log(level, message, fields) {
      try {
        file.write({ time: new Date(clock.now()).toISOString(), level, message, ...fields });
      } catch {
        // A full disk: what is being reported matters more than that the report is lost.
      }
    },
    close: () => file.close(),
  };
}

/**
 * The resource that a service assumes a role for. Lambda gives none: for it `aws:SourceArn` refers only to
 * those who call a function (Lambda Developer Guide, "Using source function ARN to control function access behavior").
 */
const sourceConditions = (
  servicePrincipal: string,
  accountId: string,
  sourceArn: string | undefined,
): Readonly<Record<string, string | undefined>> =>
  servicePrincipal === 'lambda.amazonaws.com' ? {} : { 'aws:SourceAccount': accountId, 'aws:SourceArn': sourceArn };

/** The context every service is given. */
export function createContext(parts: ContextParts, log: CloudContext['log']): CloudContext {
  const { accountId, region, stateDir, clock, endpoint, credentials, services } = parts;
  return {
    partition: 'aws',
    accountId,
    region,
    stateDir,
    clock,
    log,
    clientConfig(roleArn, sessionName, servicePrincipal, sourceArn) {
      if (servicePrincipal !== undefined) {
        parts
          .roles()
          .assertAssumable(
            roleArn,
            { arn: servicePrincipal, accountId, service: servicePrincipal },
            sourceConditions(servicePrincipal, accountId, sourceArn),
          );
      } else if (!parts.roles().get(roleArn)) {
        throw new AwsError('NoSuchEntity', `The role ${roleArn} is not in the template.`, 404);
      }
      const terms =
        servicePrincipal === 'lambda.amazonaws.com' && sourceArn !== undefined
          ? { sourceFunctionArn: sourceArn }
          : undefined;
      return {
        endpoint,
        region,
        credentials: credentials.forRole(
          roleArn,
          sessionName.replace(/[^\w+=,.@-]/g, '-').slice(0, 64),
          undefined,
          terms,
        ),
        maxAttempts: 1,
      };
    },
    actAs: parts.actAs,
    emit(event, occasion) {
      const bus = services.get('events') as Bus | undefined;
      if (!bus) {
        log('debug', 'no event bus in this cloud: event dropped', {
          source: event.source,
          detailType: event['detail-type'],
        });
        return;
      }
      bus.deliver(event, occasion);
    },
    service<T extends CloudService>(signingName: string): T {
      const service = services.get(signingName);
      if (!service)
        throw new Error(
          `No service "${signingName}" in this embedded cloud. It has: ${[...services.keys()].join(', ')}.`,
        );
      return service as T;
    },
  };
}
