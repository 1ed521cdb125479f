import * as z from 'zod';
import type { Pricing } from '#domain/costs/price-table';
import { deploymentKeys } from '#domain/deployment/target';
import { NotFoundError } from '#domain/errors';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { type Decision, decisionSchema } from '#schemas/records/decision';
import { type DeploymentClaim, deploymentClaimSchema } from '#schemas/records/deployment';
import { type Evaluation, evaluationSchema } from '#schemas/records/evaluation';
import { type Champion, championSchema, dropRecordSchema, trainingRecordSchema } from '#schemas/records/run';
import type { NoticePorts } from './notice.ts';
import { type SettingChange, settingChanges } from './setting-changes.ts';

/** The settings of a run's pinned configuration that a card shows. Earlier versions kept others. */
const pinnedSchema = z.looseObject({
  deployment: z
    .looseObject({
      instances: z.object({ type: z.string(), count: z.number() }).optional(),
      scaling: z.object({ min: z.number(), max: z.number() }).optional(),
      serverless: z.unknown().optional(),
      asynchronous: z.unknown().optional(),
    })
    .optional(),
});
export type PinnedSettings = z.output<typeof pinnedSchema>;

/** How the tests of an endpoint ended during a deployment. */
export const testCountsSchema = z.object({ tests: z.int().min(0), failed: z.int().min(0) });

/** What is known of an update of an endpoint. What its records do not say is undefined. */
export interface UpdateFacts {
  /** The version that was in service before it, or stays in service where it failed. */
  readonly other: Champion | undefined;
  /** The name of the drop that it was trained on. */
  readonly drop: string | undefined;
  /** Hyperparameters and settings that differ from the other version's run. */
  readonly changes: readonly SettingChange[] | undefined;
  readonly decision: Decision | undefined;
  readonly evaluation: Evaluation | undefined;
  readonly claim: DeploymentClaim | undefined;
  readonly pinned: PinnedSettings | undefined;
  /** The prices of the stage. */
  readonly pricing: Pricing;
  readonly reportUrl: string;
  readonly endpointUrl: string;
}

/**
 * A record that is missing looks forbidden to a role that may not list the bucket (Amazon S3 API Reference, GetObject, "Permissions").
 * The role may read every record of a run.
 */
const isMissing = (error: unknown): boolean =>
  error instanceof NotFoundError || (error instanceof Error && error.name === 'AccessDenied');

/** A record, or undefined where there is none or another version of Tidegate wrote it in another form. */
async function known<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isMissing(error) || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** What made a model: its pinned configuration, with the hyperparameters that it was really trained with. */
async function recipeOf({ artifacts }: NoticePorts, run: RunPointer) {
  const keys = artifactKeys(run);
  const pinned = await known(artifacts.readJson(keys.config, pinnedSchema));
  const training = await known(artifacts.readJson(keys.training, trainingRecordSchema));
  if (pinned === undefined) return undefined;
  // where a pipeline's messages go, and what it is for, makes no other model
  const { notify: _notify, description: _description, ...settings } = pinned;
  const ownTraining = z.looseObject({}).safeParse(settings['training']).data;
  return {
    pinned,
    settings: {
      ...settings,
      ...(ownTraining === undefined ? {} : { training: { ...ownTraining, hyperparameters: undefined } }),
      ...(training === undefined ? {} : { hyperparameters: training.hyperparameters }),
    },
  };
}

/** The version that an update replaces: the champion while it is not promoted, then the newest former one that it superseded. */
async function otherVersion({ store }: NoticePorts, { pipeline, runId }: RunPointer): Promise<Champion | undefined> {
  const item = await store.get(pipeline, deploymentKeys.champion);
  const champion = item && championSchema.parse(item);
  if (champion === undefined || champion.runId !== runId) return champion;
  const [former] = await store.list(pipeline, deploymentKeys.formerChampion(''), 1);
  return former?.['supersededAt'] === champion.promotedAt ? championSchema.parse(former) : undefined;
}

/**
 * Reads what is known of an update.
 *
 * @param version the version that was to serve, where it is known
 * @param decidedAt when its deployment was decided, ISO 8601
 */
export async function loadUpdateFacts(
  ports: NoticePorts,
  run: RunPointer,
  endpointName: string,
  { version, decidedAt }: { readonly version: number | undefined; readonly decidedAt: string | undefined },
): Promise<UpdateFacts> {
  const { store, artifacts, link, endpointLink } = ports;
  const { pipeline } = run;
  const keys = artifactKeys(run);
  const other = await otherVersion(ports, run);
  const recipe = await recipeOf(ports, run);
  const before = other && (await recipeOf(ports, { pipeline, runId: other.runId }));
  const decisions = version === undefined ? [] : await store.list(pipeline, deploymentKeys.decisions(version));
  const claim = version === undefined ? undefined : await store.get(pipeline, deploymentKeys.claim(version));
  return {
    other,
    drop: (await known(artifacts.readJson(keys.drop, dropRecordSchema)))?.prefix,
    changes: recipe && before ? settingChanges(before.settings, recipe.settings, 'hyperparameters') : undefined,
    decision: decisions
      .map((item) => decisionSchema.parse(item))
      .find(
        ({ changedAt, decision }) => changedAt === decidedAt && (decision === 'approved' || decision === 'rolled-back'),
      ),
    evaluation: await known(artifacts.readJson(keys.evaluation, evaluationSchema)),
    claim: claim && deploymentClaimSchema.safeParse(claim).data,
    pinned: recipe?.pinned,
    pricing: ports.pricing,
    reportUrl: link(keys.report),
    endpointUrl: endpointLink(endpointName),
  };
}
