import { createHash } from 'node:crypto';
import { failureReason } from '#src/sagemaker/failure';
import { failJob } from '#src/sagemaker/faults';
import type { Hub } from '#src/sagemaker/hub';
import { isClosing, type Jobs } from '#src/sagemaker/jobs';
import type { TrainingJob } from '#src/sagemaker/training/job';
import { keepTraining, startTraining, stopTraining } from '#src/sagemaker/training/operations';
import { costOf, type Definition, definitionsOf, trainingRequest, trialName } from '#src/sagemaker/tuning/definitions';
import { EarlyStopping, type Verdict } from '#src/sagemaker/tuning/early-stop';
import {
  bestOf,
  changeTuning,
  notImproving,
  parentsOf,
  type Trial,
  type TrialState,
  type TuningJob,
  trialStates,
} from '#src/sagemaker/tuning/job';
import { jobLimit } from '#src/sagemaker/tuning/limits';
import type { TuningConfig } from '#src/sagemaker/tuning/request';
import { proposeBayesian } from '#src/sagemaker/tuning/search/bayesian';
import { proposeFromGrid } from '#src/sagemaker/tuning/search/grid';
import { proposeRandom } from '#src/sagemaker/tuning/search/random';
import type { Evaluated, Strategy } from '#src/sagemaker/tuning/search/search';
import { contains } from '#src/sagemaker/tuning/search/space';

const strategies: Readonly<Record<TuningConfig['Strategy'], Strategy>> = {
  Bayesian: proposeBayesian,
  Random: proposeRandom,
  Grid: proposeFromGrid,
  // Hyperband says how long each is trained, not which are.
  Hyperband: proposeRandom,
};

/** After so many failures without one success a tuning job gives up. */
const MOST_FAILURES = 5;

/** Runs a tuning job, new or interrupted, to its end and records it; never throws. Leaves the record alone on closing. */
export const runTuningJob = async (hub: Hub, jobs: Jobs, name: string, signal: AbortSignal): Promise<void> => {
  const run = new TuningRun(hub, jobs, name, signal);
  try {
    failJob(hub.cloud.faults?.job({ job: 'tuning', name, spot: false }));
    await run.toEnd();
  } catch (error) {
    if (isClosing(signal)) return;
    await run.stopAll();
    changeTuning(hub, name, { status: 'Failed', failureReason: failureReason(hub, 'tuning job', name, error) });
  }
};

type Ending = { readonly status: 'Completed' } | { readonly status: 'Failed'; readonly failureReason: string };

class TuningRun {
  readonly #hub: Hub;
  readonly #jobs: Jobs;
  readonly #name: string;
  readonly #signal: AbortSignal;
  readonly #early: EarlyStopping;
  readonly #definitions: readonly Definition[];
  /** Trials in progress; each resolves when its training job has ended. */
  readonly #running = new Map<string, Promise<void>>();
  #timeIsUp = false;

  constructor(hub: Hub, jobs: Jobs, name: string, signal: AbortSignal) {
    this.#hub = hub;
    this.#jobs = jobs;
    this.#name = name;
    this.#signal = signal;
    this.#early = new EarlyStopping(this.#job.request);
    this.#definitions = definitionsOf(this.#job.request);
  }

  get #job(): TuningJob {
    const job = this.#hub.store.get<TuningJob>('hyper-parameter-tuning-job', this.#name);
    if (!job) throw new Error(`the tuning job ${this.#name} is gone`);
    return job;
  }

  get #config(): TuningConfig {
    return this.#job.request.HyperParameterTuningJobConfig;
  }

  async toEnd(): Promise<void> {
    const done = new AbortController();
    const interrupted = this.#interruption(done.signal);
    try {
      this.#takeUp();
      for (;;) {
        const ending = this.#ending();
        if (!ending && !this.#signal.aborted) this.#launch();
        if (ending || this.#signal.aborted || this.#running.size === 0) break;
        await Promise.race([interrupted, ...this.#running.values()]);
      }
      if (isClosing(this.#signal)) return;
      await this.stopAll();
      if (isClosing(this.#signal)) return;
      // Asked again: what was stopped may have given the only objective there is.
      const ending = this.#ending() ?? { status: 'Completed' as const };
      changeTuning(this.#hub, this.#name, this.#signal.aborted ? { status: 'Stopped' } : ending);
    } finally {
      done.abort();
    }
  }

  /** Stops every trial in progress and waits until they have ended. */
  async stopAll(): Promise<void> {
    for (const name of this.#running.keys()) this.#stopTraining(name);
    await Promise.all(this.#running.values());
  }

  /** Resolves when the job is stopped or its time is up. */
  #interruption(done: AbortSignal): Promise<void> {
    const { clock } = this.#hub.cloud;
    const limit = this.#config.ResourceLimits.MaxRuntimeInSeconds;
    const asked = new Promise<void>((resolve) => {
      this.#signal.addEventListener('abort', () => resolve(), { once: true, signal: done });
    });
    if (limit === undefined) return asked;
    const late = clock.sleep(Math.max(0, this.#job.created + limit * 1000 - clock.now()), done).then(
      () => {
        this.#timeIsUp = true;
      },
      () => {},
    );
    return Promise.race([asked, late]);
  }

  /** Continues with the trials from before a restart: those that ended are remembered, the others run again. */
  #takeUp(): void {
    const job = this.#job;
    for (const [at, trial] of job.trials.entries()) {
      const index = job.trials.slice(0, at).filter(({ definition }) => definition === trial.definition).length;
      const training = this.#hub.store.get<TrainingJob>('training-job', trial.name);
      if (!training || training.status === 'InProgress') this.#start(trial, index);
      else if (trial.history) {
        this.#early.remember(trial.name, trial.definition, index, trial.history, training.status === 'Completed');
      }
    }
  }

  #launch(): void {
    const limit = jobLimit(this.#job.request);
    while (this.#running.size < this.#config.ResourceLimits.MaxParallelTrainingJobs) {
      const { trials, created } = this.#job;
      const proposed = trials.length < limit ? this.#propose() : undefined;
      if (!proposed) return;
      const trial = { ...proposed.trial, name: trialName(this.#name, created, trials.length) };
      changeTuning(this.#hub, this.#name, { trials: [...trials, trial] });
      this.#start(trial, proposed.index);
    }
  }

  /** The next combination, of the definition whose turn it is or the first after it that has one left. */
  #propose(): { readonly trial: Omit<Trial, 'name'>; readonly index: number } | undefined {
    const job = this.#job;
    const states = trialStates(this.#hub, job);
    const seed = this.#config.RandomSeed ?? seedOf(this.#name);
    const known = this.#definitions.map((_, at) => states.filter(({ trial }) => trial.definition === at));
    for (let turn = 0; turn < known.length; turn += 1) {
      const at = (job.trials.length + turn) % known.length;
      const definition = this.#definitions[at];
      const own = known[at] ?? [];
      if (!definition) continue;
      const { space } = definition;
      const values = strategies[this.#config.Strategy]({
        space,
        seed: seed + at,
        index: own.length,
        evaluated: [...this.#inherited(definition), ...own.filter(({ isOver }) => isOver).flatMap(asEvaluated)],
        pending: own.filter(({ isOver }) => !isOver).map(({ trial }) => trial.values),
      });
      if (values) return { trial: { definition: at, values }, index: own.length };
    }
    return undefined;
  }

  /** What the parents of a warm start found inside this search. */
  #inherited({ space }: Definition): Evaluated[] {
    return parentsOf(this.#hub, this.#job.request)
      .flatMap((parent) => trialStates(this.#hub, parent))
      .flatMap(asEvaluated)
      .filter(({ values }) => contains(space, values));
  }

  #start(trial: Trial, index: number): void {
    const definition = this.#definitions[trial.definition];
    if (!definition) return;
    const { name } = trial;
    if (!this.#hub.store.get<TrainingJob>('training-job', name)) {
      keepTraining(this.#hub, trainingRequest(definition, trial.values, name, this.#job.request.Tags), this.#name);
    }
    const listener = this.#early.isOn
      ? this.#early.follow(name, definition, { definition: trial.definition, index }, (verdict) =>
          this.#stopEarly(name, verdict),
        )
      : undefined;
    const ended = startTraining(this.#hub, this.#jobs, name, listener).then(() => {
      this.#running.delete(name);
      if (!isClosing(this.#signal)) this.#record(name);
    });
    this.#running.set(name, ended);
  }

  #stopEarly(name: string, verdict: Verdict): void {
    if (verdict === 'exhausted') this.#change(name, { exhausted: true });
    this.#stopTraining(name);
  }

  #stopTraining(name: string): void {
    const training = this.#hub.store.get<TrainingJob>('training-job', name);
    if (training?.status === 'InProgress') stopTraining(this.#hub, this.#jobs, name);
  }

  /** Keeps what early stopping learnt of a trial. */
  #record(name: string): void {
    if (!this.#early.isOn) return;
    const training = this.#hub.store.get<TrainingJob>('training-job', name);
    this.#change(name, { history: this.#early.end(name, training?.status === 'Completed') });
  }

  #change(name: string, change: Partial<Trial>): void {
    const trials = this.#job.trials.map((trial) => (trial.name === name ? { ...trial, ...change } : trial));
    changeTuning(this.#hub, this.#name, { trials });
  }

  /** How the job ends now, if it does. */
  #ending(): Ending | undefined {
    const states = trialStates(this.#hub, this.#job);
    const isFull = states.length >= jobLimit(this.#job.request) && states.every(({ isOver }) => isOver);
    const succeeded = states.some(({ isOver, objective }) => isOver && objective !== undefined);
    const failed = states.filter(({ job }) => job.status === 'Failed').length;
    if (!succeeded && (failed >= MOST_FAILURES || ((isFull || this.#timeIsUp) && states.length > 0))) {
      return {
        status: 'Failed',
        failureReason:
          `No training job succeeded after ${states.length} attempts. ` +
          'Please take a look at the training job failures to get more details.',
      };
    }
    return isFull || this.#timeIsUp || this.#isGoodEnough(states) ? { status: 'Completed' } : undefined;
  }

  #isGoodEnough(states: readonly TrialState[]): boolean {
    const criteria = this.#config.TuningJobCompletionCriteria;
    const target = criteria?.TargetObjectiveMetricValue;
    const best = bestOf(states);
    if (target !== undefined && best?.cost !== undefined) {
      if (best.cost <= costOf(best.definition.objective, target)) return true;
    }
    const patience = criteria?.BestObjectiveNotImproving?.MaxNumberOfTrainingJobsNotImproving;
    return patience !== undefined && notImproving(states) >= patience;
  }
}

const asEvaluated = ({ trial, cost }: TrialState): Evaluated[] =>
  cost === undefined ? [] : [{ values: trial.values, cost }];

/** Without a RandomSeed, one that follows from the name. */
const seedOf = (name: string): number => createHash('sha256').update(name).digest().readUInt32BE(0);
