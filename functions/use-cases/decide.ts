import { deploymentKeys } from '#domain/deployment/target';
import { InvalidInputError } from '#domain/errors';
import { modelPackageGroupName } from '#domain/naming';
import { approvalKeys, slackExecution } from '#domain/registry/approval-keys';
import { type ApprovalRules, hasExpired, slackUserOf } from '#domain/registry/approval-rules';
import { objection } from '#domain/registry/objection';
import { unreachable } from '#domain/unreachable';
import { claimDecision, countApproval, refuse } from '#functions/claims/approvals';
import type { ApprovalLog } from '#functions/ports/approval-log';
import type { ModelRegistry, RegisteredPackage } from '#functions/ports/model-registry';
import type { StateStore } from '#functions/ports/state-store';
import { ifThere } from '#functions/runtime/if-there';
import { requestRollBack } from '#functions/use-cases/request-roll-back';
import type { Decided, DecideRequest } from '#schemas/events/decision';
import { type ApprovalAction, type ApprovalEntry, slackRequestSchema } from '#schemas/records/approval';
import { deploymentClaimSchema } from '#schemas/records/deployment';
import { championSchema } from '#schemas/records/run';

/** The dependencies of deciding. */
export interface DecidePorts {
  readonly stage: string;
  /** What the ARNs of this account's model packages start with: `arn:…:model-package/`. */
  readonly packages: string;
  readonly store: StateStore;
  readonly registry: Pick<ModelRegistry, 'read' | 'decide'>;
  readonly log: ApprovalLog;
  readonly rulesOf: (pipeline: string) => ApprovalRules;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A request with who asks for what. */
interface Asked {
  readonly pipeline: string;
  readonly id: string;
  readonly requestedAt: string;
  readonly action: ApprovalAction;
  readonly version: number | undefined;
  readonly by: string | undefined;
  readonly reason: string | undefined;
  readonly via: 'slack' | 'command';
  /** When the button ended, in milliseconds since the epoch. */
  readonly expires: number | undefined;
  readonly now: boolean;
  readonly moved: boolean;
}

/** SageMaker takes no control characters (API Reference, UpdateModelPackage: ApprovalDescription), and 1,024 of the rest. */
const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 1000);

/** Who asks for what. A request of Slack is read from where the function that verified it put it. */
async function readRequest({ store }: DecidePorts, event: DecideRequest): Promise<Asked> {
  const { pipeline, id, requestedAt, slackRequest, action, version, by, reason, now = false, moved = false } = event;
  if (!slackRequest) {
    const told = { version: version ?? undefined, by: by ?? undefined, reason: reason ? oneLine(reason) : undefined };
    return {
      ...{ pipeline, id, requestedAt, action: action ?? 'roll-back', via: 'command', expires: undefined, now, moved },
      ...told,
    };
  }
  const item = await store.get(pipeline, approvalKeys.request(slackRequest));
  // an execution has its name once, so nobody can have a request decided a second time
  if (!item || id !== slackExecution(slackRequest)) {
    throw new InvalidInputError(
      `No request of Slack about ${pipeline} belongs to this execution: press the button again.`,
    );
  }
  const stored = slackRequestSchema.parse(item);
  const given = stored.reason === undefined ? undefined : oneLine(stored.reason);
  return { ...stored, pipeline, id, requestedAt, reason: given, via: 'slack', now: false, moved: false };
}

/** Why the person may not ask for this at all; undefined when they may. Whom IAM lets start the machine may use the command line. */
function findRefusal({ rulesOf, now }: DecidePorts, asked: Asked): Decided | undefined {
  const { approvers } = rulesOf(asked.pipeline);
  if (asked.via === 'command') return undefined;
  const user = slackUserOf(asked.by ?? '');
  if (user === undefined || !approvers.includes(user)) {
    return refuse(
      'not-allowed',
      `You are not among those who decide on ${asked.pipeline}. Ask one of them, or to be named under registry.approvers in pipelines/${asked.pipeline}.yml.`,
      asked.version,
    );
  }
  if (asked.expires !== undefined && now() > asked.expires) {
    return refuse(
      'expired',
      `This button has ended. Use the command line: npx tidegate ${asked.action === 'roll-back' ? 'rollback' : asked.action} ${asked.pipeline}${asked.action === 'roll-back' ? '' : ` ${asked.version}`}.`,
      asked.version,
    );
  }
  return undefined;
}

/** Goes back to an earlier version. A button names the version to leave, a command the version to serve. */
async function rollBack(ports: DecidePorts, asked: Asked): Promise<Decided> {
  const { pipeline, version, via, by, reason, now, moved, requestedAt } = asked;
  if (via === 'slack') {
    const item = await ports.store.get(pipeline, deploymentKeys.champion);
    const serving = item && championSchema.parse(item).modelPackageVersion;
    if (serving !== version) {
      const instead = serving === undefined ? 'none does' : `version ${serving} does`;
      return refuse('stale', `Version ${version} of ${pipeline} serves no longer: ${instead}.`, version);
    }
  }
  const wanted = via === 'slack' ? undefined : version;
  return requestRollBack(ports, { pipeline, version: wanted, by, reason, now, moved, requestedAt });
}

async function readFacts({ store }: DecidePorts, pipeline: string, version: number, found: RegisteredPackage) {
  const [champion, retired, claim] = await Promise.all([
    store.get(pipeline, deploymentKeys.champion),
    store.get(pipeline, deploymentKeys.retired),
    store.get(pipeline, deploymentKeys.claim(version)),
  ]);
  return {
    pipeline,
    version,
    status: found.status,
    serving: champion && championSchema.parse(champion).modelPackageVersion,
    retiredAt: retired && String(retired['at']),
    deployment: claim && deploymentClaimSchema.parse(claim).status,
  };
}

async function approveOrReject(ports: DecidePorts, asked: Asked, status: 'Approved' | 'Rejected'): Promise<Decided> {
  const { stage, packages, store, registry, rulesOf, now } = ports;
  const { pipeline, version, id, reason = '' } = asked;
  if (version === undefined) return refuse('unknown-version', `Name a version of ${pipeline}.`, undefined);
  const arn = `${packages}${modelPackageGroupName(stage, pipeline)}/${version}`;
  const found = await ifThere(registry.read(arn));
  if (!found) return refuse('unknown-version', `${pipeline} has no version ${version}.`, version);
  const before = found.status ?? null;
  const claims = await store.list(pipeline, approvalKeys.claims(version), 10);
  const isRetry = claims.some((claim) => claim['id'] === id);
  if (isRetry && found.status === status) return { decision: 'set', version, status, before };
  const problem = objection(await readFacts(ports, pipeline, version, found), status);
  if (problem !== undefined) return refuse('pointless', problem, version);
  const since = found.approvedAt;
  if (status === 'Approved' && before === 'PendingManualApproval' && hasExpired(rulesOf(pipeline), since, now())) {
    return refuse(
      'expired',
      `Version ${version} of ${pipeline} has waited since ${since.slice(0, 10)}, which is longer than registry.expiresAfter allows. Train again: npx tidegate retrain ${pipeline}.`,
      version,
    );
  }
  const counted =
    status === 'Approved'
      ? await countApproval(store, rulesOf(pipeline).approvals, { ...asked, version, since })
      : undefined;
  const other = counted ?? (await claimDecision(store, { ...asked, version, since }, status, now()));
  if (other) return other;
  await registry.decide(arn, status, reason);
  return { decision: 'set', version, status, before };
}

function carryOut(ports: DecidePorts, asked: Asked): Promise<Decided> {
  switch (asked.action) {
    case 'approve':
      return approveOrReject(ports, asked, 'Approved');
    case 'reject':
      return approveOrReject(ports, asked, 'Rejected');
    case 'roll-back':
      return rollBack(ports, asked);
    default:
      return unreachable(asked.action, 'action');
  }
}

/** What the record says came of a request. */
function entryOf({ action, version, by, via, requestedAt }: Asked, decided: Decided): ApprovalEntry {
  const entry = {
    ...{ at: new Date(requestedAt).toISOString(), action, via },
    ...(version === undefined ? {} : { version }),
    ...(by === undefined ? {} : { by }),
  };
  switch (decided.decision) {
    case 'set':
    case 'recorded':
      return { ...entry, outcome: 'decided' };
    case 'counted':
      return { ...entry, outcome: 'counted' };
    case 'ignore':
      return { ...entry, outcome: 'refused', why: 'pointless' };
    case 'refused':
      return { ...entry, outcome: 'refused', why: decided.code };
    default:
      return unreachable(decided, 'outcome');
  }
}

/**
 * Decides on a version: approves it, rejects it, or goes back to one that served, for a person in Slack or at the command line, or for a
 * check. Everything that is asked for is recorded with what came of it, refusals too. A retry with the same id decides nothing twice.
 */
export async function decide(ports: DecidePorts, event: DecideRequest): Promise<Decided> {
  const asked = await readRequest(ports, event);
  const decided = findRefusal(ports, asked) ?? (await carryOut(ports, asked));
  await ports.log.append(asked.pipeline, asked.id, entryOf(asked, decided));
  return decided;
}
