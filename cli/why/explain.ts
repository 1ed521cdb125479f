import { verdictsOf } from '#domain/outcomes/label-windows';
import { isHiddenDrop } from '#domain/runs/drop-name';
import { artifactKeys } from '#domain/runs/layout';
import type { Explanation } from '#schemas/why';
import { batchText } from '../batches.ts';
import { summarizeRows } from '../run-rows.ts';
import type { Target } from '../target.ts';
import { type PipelineRecords, trainingJobOf, type VersionRecords } from './records.ts';
import { type Places, placesOf } from './see.ts';
import { describeServing } from './serving.ts';

type Where = Pick<Target, 'kind' | 'stage' | 'region' | 'outputs'>;
type Part<Name extends keyof Explanation> = (
  records: PipelineRecords,
  version: VersionRecords,
  places: Places,
  where: Where,
) => Explanation[Name];

const isLive = ({ serving }: PipelineRecords, { run }: VersionRecords): boolean =>
  serving.state !== 'changing' && run !== undefined && serving.run?.runId === run.runId;

const model: Part<'model'> = (records, version, { command }) => {
  const { pipeline, champion, former } = records;
  const { registered, modelPackageArn } = version;
  const ofVersion = (c: { readonly modelPackageVersion: number }) => c.modelPackageVersion === registered.version;
  return {
    version: registered.version,
    runId: registered.runId ?? null,
    live: isLive(records, version),
    approval: registered.approval,
    registeredAt: registered.registeredAt,
    modelPackageArn,
    served: [
      ...former.filter(ofVersion).map(({ promotedAt, supersededAt }) => ({ from: promotedAt, to: supersededAt })),
      ...(champion && ofVersion(champion) ? [{ from: champion.promotedAt, to: null }] : []),
    ].toSorted((a, b) => a.from.localeCompare(b.from)),
    see: { command: command(`models ${pipeline}`) },
  };
};

const data: Part<'data'> = (_, { drop, profile, run }, places, where) => {
  if (!drop || !run) return null;
  return {
    datasetVersion: drop.datasetVersion,
    drop: drop.prefix,
    drops: (drop.drops ?? []).map((one) => one.drop),
    objects: drop.objects.length,
    bytes: drop.bytes,
    // a name that hides a folder is no address
    bucket: isHiddenDrop(drop.prefix) ? `s3://${drop.bucket}/` : `s3://${drop.bucket}/${drop.prefix}`,
    rows: profile ? summarizeRows(where, run, profile) : null,
    see: { ...places.artifact(artifactKeys(run).drop), command: places.command(`run ${run.runId}`) },
  };
};

const configuration: Part<'configuration'> = (_, { drop, run }, places) =>
  drop && run
    ? { gitCommit: drop.gitCommit, hash: drop.configHash, see: places.artifact(artifactKeys(run).config) }
    : null;

const training: Part<'training'> = (_, { drop, training: record, algorithm, run, costs }, places, { stage }) => {
  if (!drop || !record || !run) return null;
  const job = trainingJobOf(stage, run, record);
  return {
    startedAt: drop.startedAt,
    reason: drop.reason,
    algorithm: algorithm ?? null,
    job,
    image: record.image,
    hyperparameters: record.hyperparameters,
    tuning: record.tuning ? { job: record.tuning.tuningJob, trials: record.tuning.trials.length } : null,
    continuation: record.continuation ?? null,
    costs: costs?.actual ?? costs?.estimate ?? null,
    see: { ...places.artifact(artifactKeys(run).training), ...places.trainingJob(job) },
  };
};

const evaluation: Part<'evaluation'> = (_, { evaluation: record, verdict, run }, places) =>
  record && run
    ? {
        rows: record.n,
        metrics: record.metrics,
        champion: record.champion?.metrics ?? null,
        verdict: verdict ?? null,
        see: places.report(run),
      }
    : null;

const challenge = ({ challenges, pipeline }: PipelineRecords, { command }: Places): Explanation['challenge'] => {
  const { current, seen } = challenges;
  if (!current) return null;
  return {
    version: current.challenger.modelPackageVersion,
    mode: current.mode,
    status: current.status,
    startedAt: current.startedAt ?? null,
    reasons: seen?.reasons ?? [],
    measures: seen?.measures ?? {},
    see: { command: command(`challenge show ${pipeline}`) },
  };
};

const rollOut: Part<'rollOut'> = (_, { claim }, places) =>
  claim
    ? {
        status: claim.status,
        how: claim.deployment?.rollOut ?? null,
        replaced: claim.deployment?.previousConfig ?? null,
        startedAt: claim.startedAt,
        endedAt: claim.endedAt ?? null,
        reason: claim.rolledBack?.reason ?? null,
        executionArn: claim.executionArn,
        see: places.execution(claim.executionArn),
      }
    : null;

const tests: Part<'tests'> = (records, version, { command }) => {
  const { suites, pipeline, serving } = records;
  const byHand = serving.state === 'by-hand' && isLive(records, version) ? serving.config : undefined;
  const config = byHand ?? version.claim?.endpointConfigName;
  // a run of picked tests says nothing about the others
  const own = suites.filter(({ endpointConfigName, only }) => endpointConfigName === config && only === undefined);
  const suite = own.find(({ trigger }) => trigger === 'deploy') ?? own[0];
  if (!suite) return null;
  const { startedAt: at, trigger, passed, results } = suite;
  return { at, trigger, passed, results, see: { command: command(`tests ${pipeline}`) } };
};

const former: Part<'former'> = ({ former: all, champion, pipeline }, { registered }, { command }) => {
  const isOwn = (c: { readonly modelPackageVersion: number }) => c.modelPackageVersion === registered.version;
  const since = champion && isOwn(champion) ? champion : all.find(isOwn);
  const before = since && all.find((c) => c.promotedAt < since.promotedAt && !isOwn(c));
  if (!before) return null;
  const { modelPackageVersion, runId, promotedAt, supersededAt } = before;
  const see = { command: command(`why ${pipeline} --version ${modelPackageVersion}`) };
  return { version: modelPackageVersion, runId, promotedAt, supersededAt, see };
};

/** A check of an earlier champion says nothing about this one. */
const drift: Part<'drift'> = (records, version, places) => {
  const { drift: last, champion, pipeline } = records;
  if (!last || !isLive(records, version) || last.checkedAt < (champion?.promotedAt ?? '')) return null;
  const { checkedAt, rows, drifted, alarm = drifted, performance = null, fellSilent, reportKey } = last;
  const { severity = null, decision = null, step = null } = last;
  return {
    checkedAt,
    rows,
    drifted,
    alarm,
    performance,
    fellSilent,
    severity,
    decision,
    step,
    see: { ...places.artifact(reportKey), command: places.command(`drift ${pipeline}`) },
  };
};

/** The newest window of labels of the version; whether it serves or not. */
const labels: Part<'labels'> = ({ labels: all, pipeline }, { run }, { command }) => {
  const verdicts = all.flatMap((window) => verdictsOf(window, () => undefined));
  const own = verdicts.find(({ runId }) => runId === run?.runId);
  if (!own) return null;
  const { from, to, rows, severity, judged, reason, findings, estimate = null } = own;
  return {
    from,
    to,
    rows,
    severity: judged ? severity : 'not judged',
    reason,
    findings,
    estimate,
    see: { command: command(`outcomes ${pipeline}`) },
  };
};

/** Batches that are named at most. */
const mostBatches = 5;

/** The files that the version scored, whether it serves or not. */
const batches: Part<'batches'> = ({ batches: all, pipeline }, { registered }, { command }) => {
  const own = all.filter(({ model }) => model.modelPackageVersion === registered.version);
  if (own.length === 0) return null;
  const scored = own.filter(({ status }) => status === 'scored');
  return {
    count: scored.length,
    rows: scored.reduce((sum, { counts }) => sum + (counts?.scored ?? 0), 0),
    newest: own.slice(0, mostBatches).map((batch) => ({
      batchId: batch.batchId,
      status: batch.status,
      startedAt: batch.startedAt,
      says: batchText(batch),
    })),
    see: { command: command(`batches ${pipeline}`) },
  };
};

/**
 * Explains what an endpoint serves, or a version of its pipeline.
 *
 * @param version its records; undefined where nothing known serves
 */
export function explain(where: Where, records: PipelineRecords, version: VersionRecords | undefined): Explanation {
  const places = placesOf(where);
  const { endpoint, name, pipeline, models, decisions, serving } = records;
  const part = <Name extends keyof Explanation>(of: Part<Name>): Explanation[Name] | null =>
    version ? of(records, version, places, where) : null;
  const number = version?.registered.version;
  const ofServing = version?.run?.runId === serving.run?.runId ? number : undefined;
  return {
    pipeline,
    stage: where.stage,
    serving: describeServing(records, places, ofServing),
    challenge: challenge(records, places),
    endpoint: {
      name,
      status: endpoint?.status ?? null,
      config: endpoint?.config ?? null,
      models: [...models],
      modifiedAt: endpoint?.modifiedAt ?? null,
      see: endpoint ? places.endpoint(name) : {},
    },
    model: part(model),
    data: part(data),
    configuration: part(configuration),
    training: part(training),
    evaluation: part(evaluation),
    decisions: decisions.filter((decision) => decision.version === number),
    rollOut: part(rollOut),
    tests: part(tests),
    former: part(former),
    drift: part(drift),
    labels: part(labels),
    batches: part(batches),
  };
}
