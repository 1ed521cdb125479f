import { randomUUID } from 'node:crypto';
import type { AuditLog } from '../audit/log.ts';
import { sessionArn } from '../cloud/credentials.ts';
import { auditedInput } from '../cloud/left-out.ts';
import type { Caller, Clock, CloudService, RoleAction } from '../cloud/service.ts';
import { type Authorizer, decideInTurn } from './authorize.ts';

export interface RoleActionOptions {
  readonly services: ReadonlyMap<string, CloudService>;
  readonly region: string;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly authorizer: Authorizer;
  /** Logical id of a role. */
  roleName(roleArn: string): string | undefined;
}

/** Authorises and audits what services do in a role's name where AWS sends itself no request that a caller could see. */
export function createRoleActions(options: RoleActionOptions): (action: RoleAction) => string | undefined {
  const { services, region, clock, audit, authorizer, roleName } = options;
  return ({ roleArn, sessionName, service, operation, authorize, input }) => {
    if (!services.has(service)) throw new Error(`No service "${service}" in this embedded cloud.`);
    const caller: Caller = { accessKeyId: '', arn: sessionArn(roleArn, sessionName), roleArn };
    const { authorization, refusal } = decideInTurn(authorize, (entry) => authorizer(entry, caller, region));
    const role = roleName(roleArn);
    audit.write({
      time: new Date(clock.now()).toISOString(),
      requestId: randomUUID(),
      caller: caller.arn,
      ...(role && { role }),
      service,
      operation,
      authorization,
      ...(input && { input: auditedInput(service, input) }),
      status: refusal === undefined ? 200 : 403,
      ...(refusal !== undefined && { errorCode: 'AccessDenied' }),
      durationMs: 0,
    });
    return refusal;
  };
}
