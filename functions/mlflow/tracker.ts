import * as z from 'zod';
import { TrackingRejectedError } from '#domain/errors';
import { runIdTag, type TrackedRun } from '#domain/tracking/tracked-run';
import { call, isRefused, MlflowRefusal, type MlflowServer } from '#functions/mlflow/requests';
import type { TrackedModel, Tracker } from '#functions/ports/tracker';
import { logger } from '#functions/runtime/logger';

const api = '/api/2.0/mlflow';
/** What one `log-batch` takes (mlflow.utils.validation). */
const most = { params: 100, tags: 100, metrics: 1000 } as const;

const experimentSchema = z.object({
  experiment: z.object({ experiment_id: z.string(), lifecycle_stage: z.string().default('active') }),
});
const runSchema = z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string().default('') }) });
const runsSchema = z.object({ runs: z.array(runSchema).default([]) });
const versionsSchema = z.object({
  model_versions: z
    .array(z.object({ name: z.string(), version: z.string(), run_id: z.string().default('') }))
    .default([]),
});
type LoggedRun = z.infer<typeof runSchema>['info'];

const pairs = (own: Readonly<Record<string, string>>) => Object.entries(own).map(([key, value]) => ({ key, value }));

/** A list in parts of at most `size`. */
const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

/** A text in a filter. The names in it come from checked settings and run ids, none of which has a quote. */
const quoted = (text: string): string => `'${text.replaceAll("'", '')}'`;

/** An MLflow server as a tracker. */
class MlflowTracker implements Tracker {
  private readonly server: MlflowServer;

  constructor(server: MlflowServer) {
    this.server = server;
  }

  private post(path: string, body: object): Promise<unknown> {
    return call(this.server, { method: 'POST', path: `${api}/${path}`, body: JSON.stringify(body) });
  }

  private get(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    return call(this.server, { method: 'GET', path: `${api}/${path}?${new URLSearchParams(query)}` });
  }

  private async findExperiment(name: string): Promise<string | undefined> {
    try {
      const found = experimentSchema.parse(await this.get('experiments/get-by-name', { experiment_name: name }));
      if (found.experiment.lifecycle_stage === 'deleted')
        throw new TrackingRejectedError(
          `The experiment ${name} of MLflow at ${this.server.uri} is deleted. Restore it there, or name another one in tracking.mlflow.experiment.`,
        );
      return found.experiment.experiment_id;
    } catch (error) {
      if (isRefused(error, 'RESOURCE_DOES_NOT_EXIST')) return undefined;
      throw error;
    }
  }

  private async ensureExperiment(name: string): Promise<string> {
    const found = await this.findExperiment(name);
    if (found !== undefined) return found;
    try {
      const made = z.object({ experiment_id: z.string() }).parse(await this.post('experiments/create', { name }));
      return made.experiment_id;
    } catch (error) {
      // another run was faster
      const other = isRefused(error, 'RESOURCE_ALREADY_EXISTS') ? await this.findExperiment(name) : undefined;
      if (other !== undefined) return other;
      throw error;
    }
  }

  private async findRun(experiment: string, runId: string): Promise<LoggedRun | undefined> {
    const filter = `tags.\`${runIdTag}\` = ${quoted(runId)}`;
    const body = { experiment_ids: [experiment], filter, max_results: 1, run_view_type: 'ACTIVE_ONLY' };
    return runsSchema.parse(await this.post('runs/search', body)).runs[0]?.info;
  }

  private async ensureRun(experiment: string, run: TrackedRun): Promise<LoggedRun> {
    const found = await this.findRun(experiment, run.tags[runIdTag] ?? run.name);
    if (found !== undefined) return found;
    const made = await this.post('runs/create', {
      experiment_id: experiment,
      run_name: run.name,
      start_time: run.startedAt,
      // the tag that finds it again must be there from the first moment on
      tags: pairs({ [runIdTag]: run.tags[runIdTag] ?? run.name }),
    });
    return z.object({ run: runSchema }).parse(made).run.info;
  }

  async logRun(
    experiment: string,
    run: TrackedRun,
    readArtifact: (key: string) => Promise<string | undefined>,
  ): Promise<string> {
    const logged = await this.ensureRun(await this.ensureExperiment(experiment), run);
    const { run_id } = logged;
    for (const params of chunks(pairs(run.params), most.params)) await this.post('runs/log-batch', { run_id, params });
    for (const tags of chunks(pairs(run.tags), most.tags)) await this.post('runs/log-batch', { run_id, tags });
    for (const metrics of chunks(run.metrics, most.metrics)) await this.post('runs/log-batch', { run_id, metrics });
    await this.logArtifacts(logged, run, readArtifact);
    const end = run.endedAt === undefined ? {} : { end_time: run.endedAt };
    await this.post('runs/update', { run_id, status: run.status, ...end });
    return run_id;
  }

  /** Through the server (`mlflow server --serve-artifacts`, the default): no storage needs to be opened to us. */
  private async logArtifacts(
    { artifact_uri: root, run_id }: LoggedRun,
    { artifacts }: TrackedRun,
    readArtifact: (key: string) => Promise<string | undefined>,
  ): Promise<void> {
    const folder = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.+)$/.exec(root)?.[1];
    if (folder === undefined) {
      logger.warn('the MLflow server does not take artifacts: start it with --serve-artifacts', { run_id });
      return;
    }
    for (const { name, key, contentType } of artifacts) {
      const body = await readArtifact(key);
      if (body === undefined) continue;
      const path = `/api/2.0/mlflow-artifacts/artifacts/${folder.split('/').map(encodeURIComponent).join('/')}/${name}`;
      await call(this.server, { method: 'PUT', path, body, contentType });
    }
  }

  /** The versions of a registered model that a filter finds. */
  private async findVersions(filter: string) {
    return versionsSchema.parse(await this.get('model-versions/search', { filter, max_results: '100' })).model_versions;
  }

  async registerModel(run_id: string, { name, description, source, tags }: TrackedModel): Promise<void> {
    try {
      await this.post('registered-models/create', { name, ...(description === undefined ? {} : { description }) });
    } catch (error) {
      if (!isRefused(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
    }
    const known = await this.findVersions(`name = ${quoted(name)} and run_id = ${quoted(run_id)}`);
    if (known.length === 0) await this.post('model-versions/create', { name, source, run_id, tags: pairs(tags) });
  }

  async setAlias(name: string, alias: string, runId: string | undefined): Promise<boolean> {
    if (runId === undefined) {
      await this.removeAlias(name, alias);
      return true;
    }
    const versions = await this.findVersions(`name = ${quoted(name)} and tag.\`${runIdTag}\` = ${quoted(runId)}`);
    const [found] = versions;
    if (found === undefined) return false;
    await this.post('registered-models/alias', { name, alias, version: found.version });
    return true;
  }

  /** An alias, or a model, that is not there is as good as removed. */
  private async removeAlias(name: string, alias: string): Promise<void> {
    try {
      const body = JSON.stringify({ name, alias });
      await call(this.server, { method: 'DELETE', path: `${api}/registered-models/alias`, body });
    } catch (error) {
      if (!isRefused(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
    }
  }
}

/** Turns what MLflow refuses into an error that names the server and the fix. */
function explained(error: unknown, { uri }: MlflowServer): unknown {
  if (error instanceof MlflowRefusal)
    return new TrackingRejectedError(`MLflow at ${uri} refused it, ${error.code}: ${error.message}`, { cause: error });
  if (error instanceof z.ZodError)
    return new TrackingRejectedError(
      `${uri} does not answer as an MLflow server of version 2 or later does: does tracking.mlflow.uri name one?`,
      { cause: error },
    );
  return error;
}

/**
 * The tracker over MLflow's REST API 2.0 (servers of version 2.3, which brought aliases, or later).
 *
 * @throws TrackingUnavailableError for what may pass; TrackingRejectedError for what MLflow refuses
 */
export function mlflowTracker(server: MlflowServer): Tracker {
  const tracker = new MlflowTracker(server);
  const explain = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw explained(error, server);
    }
  };
  return {
    logRun: (...own) => explain(tracker.logRun(...own)),
    registerModel: (...own) => explain(tracker.registerModel(...own)),
    setAlias: (...own) => explain(tracker.setAlias(...own)),
  };
}
