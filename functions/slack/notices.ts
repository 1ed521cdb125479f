import { pipelineOfGroup } from '#domain/naming';
import { checkFailedMessage } from '#domain/notifications/check-failed';
import { deployedMessage } from '#domain/notifications/deployed';
import { driftMessage } from '#domain/notifications/drift';
import { endpointTestsMessage } from '#domain/notifications/endpoint-tests';
import type { Message } from '#domain/notifications/message';
import { registeredMessage } from '#domain/notifications/registered';
import { rolledBackMessage } from '#domain/notifications/rolled-back';
import { runFailedMessage } from '#domain/notifications/run-failed';
import { runSkippedMessage } from '#domain/notifications/run-skipped';
import { runStartedMessage } from '#domain/notifications/run-started';
import { verdictMessage } from '#domain/notifications/verdict';
import { explainFailure } from '#domain/runs/failure';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { sha256Hex } from '#functions/runtime/hash';
import type { Notice } from '#schemas/events/notice';
import { evaluationSchema, verdictSchema } from '#schemas/records/evaluation';
import { championSchema, dropRecordSchema } from '#schemas/records/run';

/** A message ready to be sent: once for its key, in the run's thread when it has a run. */
export interface Outgoing {
  /** The same event gives the same key; what was sent under it is not sent again. */
  readonly key: string;
  readonly pipeline: string | undefined;
  readonly run: RunPointer | undefined;
  readonly message: Message;
}

/** What composing needs of the outside. */
export interface NoticePorts {
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  readonly stage: string;
}

type Of<K extends Notice['kind']> = Extract<Notice, { kind: K }>;

async function runStarted({ artifacts }: NoticePorts, run: RunPointer): Promise<Message> {
  const drop = await artifacts.readJson(artifactKeys(run).drop, dropRecordSchema);
  return runStartedMessage({
    ...run,
    drop: drop.prefix,
    objects: drop.objects.length,
    bytes: drop.bytes,
    datasetVersion: drop.datasetVersion.slice(0, 12),
    trigger: drop.reason,
  });
}

async function verdict({ artifacts, store }: NoticePorts, run: RunPointer): Promise<Message> {
  const keys = artifactKeys(run);
  const { passed, gates } = await artifacts.readJson(keys.verdict, verdictSchema);
  const evaluation = await artifacts.readJson(keys.evaluation, evaluationSchema);
  const champion = await store.get(run.pipeline, 'champion');
  const others: Readonly<Record<string, { value: number }>> = evaluation.champion?.metrics ?? {};
  return verdictMessage({
    ...run,
    passed,
    gates: gates.map(({ gate, value, bound, interval, passed: ok, reason }) => ({
      name: gate,
      value: value ?? Number.NaN,
      bound,
      ...(interval ? { interval: [interval.low, interval.high] as const } : {}),
      passed: ok,
      reason,
    })),
    metrics: Object.entries(evaluation.metrics).map(([name, estimate]) => ({
      name,
      ...estimate,
      ...(others[name] ? { champion: others[name].value } : {}),
    })),
    reportUri: artifacts.uri(keys.report),
    ...(champion && !passed
      ? { championKept: `model package ${championSchema.parse(champion).modelPackageVersion}` }
      : {}),
  });
}

async function registered({ store, stage }: NoticePorts, run: RunPointer): Promise<Message> {
  const record = await store.get(run.pipeline, `run#${run.runId}`);
  return registeredMessage({
    ...run,
    modelPackageArn: String(record?.['modelPackageArn']),
    version: Number(record?.['modelPackageVersion']),
    approval: record?.['approval'] === 'Approved' ? 'Approved' : 'PendingManualApproval',
    howToApprove: `npx tidegate approve ${run.runId} --stage ${stage}`,
  });
}

async function deployed(
  { store }: NoticePorts,
  { run, endpointName, startedAt, at }: Of<'deployed'>,
): Promise<Message> {
  const champion = championSchema.parse(await store.get(run.pipeline, 'champion'));
  return deployedMessage({
    ...run,
    endpoint: endpointName,
    modelVersion: champion.modelPackageVersion,
    config: champion.endpointConfigName,
    durationSeconds: (Date.parse(at) - Date.parse(startedAt)) / 1000,
  });
}

function rolledBack({ failure, modelPackageVersion, startedAt, at }: Of<'rolled-back'>): Message {
  const { reason, pipeline, run, endpointName, endpointConfigName, servingConfig } = failure;
  if (!run || !endpointName || !endpointConfigName) {
    return runFailedMessage({
      ...(pipeline ? { pipeline } : {}),
      state: 'PrepareDeployment',
      error: 'DeploymentError',
      message: reason,
      dropKept: true,
    });
  }
  return rolledBackMessage({
    ...run,
    reason,
    endpoint: endpointName,
    modelVersion: modelPackageVersion ?? 0,
    config: endpointConfigName,
    ...(servingConfig ? { previousConfig: servingConfig } : {}),
    durationSeconds: (Date.parse(at) - Date.parse(startedAt)) / 1000,
  });
}

function drift({ check }: Of<'drift'>): Message {
  if (check.fellSilent) {
    return checkFailedMessage({
      pipeline: check.pipeline,
      error: 'NoCaptures',
      message: `No request was captured from ${check.window.from} to ${check.window.to}, though there were some before. Is the endpoint still asked? Data capture stops when its disk is full.`,
    });
  }
  const { pipeline, window, columns, score, drifted, action } = check;
  return driftMessage({
    pipeline,
    window,
    columns: columns.map(({ column, psi, ks, drifted: moved }) => ({
      column,
      psi,
      drifted: moved,
      ...(ks === undefined ? {} : { ks }),
    })),
    ...(score
      ? { scoreDrift: { psi: score.psi, drifted: score.drifted, ...(score.ks === undefined ? {} : { ks: score.ks }) } }
      : {}),
    action: drifted ? action : 'none',
  });
}

/** Turns a notice into the message it stands for, with its key and its thread. */
export async function compose(ports: NoticePorts, notice: Notice): Promise<Outgoing> {
  const of = (key: string, message: Message, run?: RunPointer | null, pipeline?: string | null): Outgoing => ({
    key: `${notice.kind}#${key}`,
    pipeline: run?.pipeline ?? pipeline ?? undefined,
    run: run ?? undefined,
    message,
  });
  switch (notice.kind) {
    case 'run-started':
      return of(notice.run.runId, await runStarted(ports, notice.run), notice.run);
    case 'verdict':
      return of(notice.run.runId, await verdict(ports, notice.run), notice.run);
    case 'registered':
      return of(notice.run.runId, await registered(ports, notice.run), notice.run);
    case 'deployed':
      return of(`${notice.run.runId}#${notice.startedAt}`, await deployed(ports, notice), notice.run);
    case 'rolled-back':
      return of(notice.executionArn, rolledBack(notice), notice.failure.run, notice.failure.pipeline);
    case 'run-skipped':
      return of(
        `${notice.drop}#${sha256Hex(notice.reason).slice(0, 12)}`,
        runSkippedMessage(notice),
        null,
        notice.pipeline,
      );
    case 'run-failed': {
      const { executionArn, pipeline, runId, drop, error, message } = notice.failure;
      const run = pipeline !== undefined && runId !== undefined ? { pipeline, runId } : null;
      const known = {
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(runId === undefined ? {} : { runId }),
        ...(drop === undefined ? {} : { drop }),
      };
      return of(executionArn, runFailedMessage({ ...known, error, message, dropKept: true }), run, pipeline);
    }
    case 'endpoint-tests': {
      const { endpointName, endpointConfigName, results, trigger, run, pipeline } = notice.outcome;
      return of(
        notice.executionArn,
        endpointTestsMessage({ endpoint: endpointName, config: endpointConfigName, results, trigger }),
        run,
        pipeline,
      );
    }
    case 'drift':
      return of(`${notice.check.pipeline}#${notice.check.window.to}`, drift(notice), null, notice.check.pipeline);
    case 'check-failed': {
      const { endpointName: endpoint } = notice;
      const pipeline = endpoint === undefined ? notice.pipeline : pipelineOfGroup(ports.stage, endpoint);
      const known = { ...(pipeline ? { pipeline } : {}), ...(endpoint === undefined ? {} : { endpoint }) };
      const message = checkFailedMessage({ ...known, ...explainFailure(notice.error) });
      return of(notice.executionArn, message, null, pipeline);
    }
  }
}
