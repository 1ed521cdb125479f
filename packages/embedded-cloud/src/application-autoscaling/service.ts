import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { jsonProtocol } from '#src/cloud/json-operations';
import type { CloudContext } from '#src/cloud/service';
import { openDatabase } from '#src/cloud/sqlite';
import { executeStep } from './execute-step.ts';
import { autoScalingMembers } from './members.ts';
import { autoScalingOperations } from './operations.ts';
import { variantOf } from './read-input.ts';
import type { AutoScaling } from './scaled-endpoints.ts';
import { autoScalingStore } from './store.ts';

/**
 * Embedded Application Auto Scaling for endpoint variants (JSON 1.1, `X-Amz-Target: AnyScaleFrontendService.<Operation>`): targets and
 * policies are checked, kept and described. A variant runs as one process, so target tracking changes nothing. A step-scaling policy
 * adds instances when one of its alarms goes off: an asynchronous endpoint without any takes up its work again. State:
 * `<stateDir>/application-autoscaling/auto-scaling.db`.
 */
export function createAutoScaling(context: CloudContext): AutoScaling {
  const dir = join(context.stateDir, 'application-autoscaling');
  mkdirSync(dir, { recursive: true });
  const db = openDatabase(join(dir, 'auto-scaling.db'), 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  const store = autoScalingStore(db);
  const targetsOf = (endpoint: string) => store.targets().filter((target) => variantOf(target).endpoint === endpoint);
  return {
    signingNames: ['application-autoscaling'],
    members: autoScalingMembers,
    ...jsonProtocol('1.1', 'AnyScaleFrontendService', autoScalingOperations(context, store)),
    resources: {},
    scaledVariants: (endpoint) => targetsOf(endpoint).map((target) => variantOf(target).variant),
    execute: (arn) => executeStep(context, store, arn),
    forget: (endpoint) => targetsOf(endpoint).forEach(store.removeTarget),
    close: async () => db.close(),
  };
}
