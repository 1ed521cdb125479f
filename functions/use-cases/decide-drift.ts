import { sliceColumns } from '#domain/data/columns';
import { deploymentKeys } from '#domain/deployment/target';
import type { ActionReads } from '#domain/drift/actions/drift-action';
import { findAction } from '#domain/drift/actions/registry';
import { type Decided, decide } from '#domain/drift/decision/decide';
import { historyOf } from '#domain/drift/decision/history';
import type { OwnLabelWindow } from '#domain/drift/decision/labels';
import { decisionSettings } from '#domain/drift/decision/settings';
import { judgedMetric } from '#domain/drift/performance/decision';
import { ConfigurationError } from '#domain/errors';
import { verdictsOf } from '#domain/outcomes/label-windows';
import { outcomeItems } from '#domain/outcomes/layout';
import { artifactKeys } from '#domain/runs/layout';
import { readBusy, readFormerVersion } from '#functions/claims/drift-state';
import { findNewerDrops } from '#functions/claims/newer-drops';
import type { ObjectStore } from '#functions/ports/object-store';
import type { RawListing } from '#functions/ports/raw-listing';
import { ifAbsent, ifEquals, type StateStore } from '#functions/ports/state-store';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import type { DriftCheck } from '#schemas/records/drift-check';
import {
  type DriftHistory,
  type DriftStep,
  driftHistoryKey,
  driftHistoryPrefix,
  driftHistorySchema,
} from '#schemas/records/drift-history';
import { labelWindowSchema } from '#schemas/records/label-window';
import { type Champion, championSchema } from '#schemas/records/run';

/** The dependencies of deciding about a drift check. */
export interface DriftDecisionPorts {
  readonly raw: Pick<RawListing, 'list'>;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  /** The pipeline's definition as deployed. */
  readonly readPipeline: (name: string) => { readonly pipeline: Pipeline };
}

/** Earlier checks that are read: more than the last windows that any setting looks at. */
const mostChecks = 100;

/** The checks before this one, the newest first. One that another version wrote and this one cannot read is passed over. */
async function readHistory(store: StateStore, { pipeline, window }: DriftCheck): Promise<DriftHistory[]> {
  const items = await store.list(pipeline, driftHistoryPrefix, mostChecks);
  return items
    .flatMap((item) => driftHistorySchema.safeParse(item).data ?? [])
    .filter(({ checkedAt }) => Date.parse(checkedAt) < Date.parse(window.to));
}

/** Windows of labels that are read: more than any setting looks at. */
const mostLabelWindows = 60;

/** What labels say of the model that was checked, the newest window first. */
async function readLabels(
  store: StateStore,
  { pipeline, runId }: DriftCheck,
  metric: string,
): Promise<OwnLabelWindow[]> {
  const items = await store.list(pipeline, outcomeItems.windows, mostLabelWindows);
  return items
    .flatMap((item) => labelWindowSchema.safeParse(item).data ?? [])
    .flatMap((item) =>
      verdictsOf(item, () => metric)
        .filter((own) => own.runId === runId)
        .map((own) => ({ ...own, files: item.files })),
    );
}

/** The model that was checked, as long as it serves. */
async function readChecked(store: StateStore, { pipeline, runId }: DriftCheck): Promise<Champion | undefined> {
  const item = await store.get(pipeline, deploymentKeys.champion);
  const champion = item && championSchema.parse(item);
  return champion?.runId === runId ? champion : undefined;
}

/** What is done about an alarm. Another model may have gone into service since the check began: its drift is not known. */
async function planStep(
  ports: DriftDecisionPorts,
  check: DriftCheck,
  { alarm, decision, carried }: Decided,
  { drift, champion }: { readonly drift: NonNullable<Pipeline['drift']>; readonly champion: Champion | undefined },
): Promise<DriftStep> {
  const { pipeline: name } = check;
  const { store } = ports;
  if (!alarm) return { action: 'none', start: 'nothing', reason: 'there is no alarm' };
  const { action } = drift;
  if (!champion) {
    return { action, start: 'nothing', reason: 'another version went into service during the check' };
  }
  const reads: ActionReads = {
    busy: () => readBusy(store, name, champion),
    newerDrops: () =>
      findNewerDrops(ports, ports.readPipeline(name).pipeline, { pipeline: name, runId: champion.runId }),
    formerVersion: () => readFormerVersion(store, name, champion),
  };
  const settings = decisionSettings(drift.decision);
  const facts = { at: check.window.to, decision, carried, settings, minRows: drift.minRows };
  return { action, ...(await findAction(action).plan(facts, reads)) };
}

/** The check with what was decided about it. */
const withDecision = (check: DriftCheck, { decision, alarm, decidedBy, step }: DriftHistory): DriftCheck => ({
  ...check,
  alarm,
  decidedBy,
  // what the check tells beside an alarm, such as that requests stopped, is told whatever the decision
  notify: (check.notify && !check.alarm) || (alarm && findAction(step.action).tells),
  decision,
  step,
});

/**
 * Decides about a check with those before it: how severe it is, whether it alarms, and what is done about it. The check becomes an item of
 * the pipeline's drift history. A retry gives the decision of the first time.
 *
 * @throws ConfigurationError when the configuration of the model's run has no drift section
 */
export async function decideDrift(
  ports: DriftDecisionPorts,
  { check }: { readonly check: DriftCheck },
): Promise<DriftCheck> {
  const { artifacts, store } = ports;
  const { pipeline: name, runId, window } = check;
  const key = driftHistoryKey(window.to);
  const own = await store.get(name, key);
  if (own) return withDecision(check, driftHistorySchema.parse(own));
  const pipeline = await artifacts.readJson(artifactKeys({ pipeline: name, runId }).config, pipelineSchema);
  const { drift } = pipeline;
  if (!drift) {
    throw new ConfigurationError(
      `Pipeline ${name} has no drift section in the configuration run ${runId} was trained with.`,
    );
  }
  const champion = await readChecked(store, check);
  const decided = decide({
    check,
    drift,
    slices: sliceColumns(pipeline),
    history: await readHistory(store, check),
    labels: await readLabels(store, check, judgedMetric(pipeline.evaluation, drift.performance?.metric)),
    promotedAt: champion?.promotedAt ?? window.to,
  });
  const step = await planStep(ports, check, decided, { drift, champion });
  const item = historyOf(check, decided, step, champion?.modelPackageVersion);
  await store.put(name, key, item, ifAbsent);
  await store.set(
    name,
    'drift',
    { alarm: item.alarm, severity: item.decision.severity, decision: item.decision.reason, step: step.reason },
    ifEquals('checkedAt', window.to),
  );
  return withDecision(check, item);
}
