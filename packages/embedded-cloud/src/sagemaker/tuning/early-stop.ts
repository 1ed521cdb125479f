import type { MetricListener } from '#src/sagemaker/training/metrics';
import { costOf, type Definition } from '#src/sagemaker/tuning/definitions';
import { resourcesOf } from '#src/sagemaker/tuning/limits';
import type { CreateTuningJob } from '#src/sagemaker/tuning/request';
import { bracketOf, brackets, survives } from '#src/sagemaker/tuning/search/hyperband';
import { isWorseThanMedian } from '#src/sagemaker/tuning/search/median-rule';

/** Costs by epoch of a trial: its objective, turned so that less is better. */
type History = number[];

/** What is followed of one trial. */
interface Follow {
  readonly definition: number;
  /** Its number among the trials of its definition. */
  readonly index: number;
  readonly costs: History;
  completed: boolean;
}

/** Why a trial is stopped before its time; `exhausted` when it had all the epochs it may have. */
export type Verdict = 'eliminated' | 'exhausted';

/**
 * Follows the objective of a tuning job's trials and says when one is to be stopped: by the median rule when
 * TrainingJobEarlyStoppingType is Auto, by the rungs of its bracket under Hyperband.
 */
export class EarlyStopping {
  readonly #request: CreateTuningJob;
  readonly #trials = new Map<string, Follow>();
  readonly #hyperband: boolean;
  readonly #median: boolean;

  constructor(request: CreateTuningJob) {
    const config = request.HyperParameterTuningJobConfig;
    this.#request = request;
    this.#hyperband = config.Strategy === 'Hyperband';
    this.#median = config.TrainingJobEarlyStoppingType === 'Auto';
  }

  /** Whether trials are followed at all. */
  get isOn(): boolean {
    return this.#hyperband || this.#median;
  }

  /** Adds a trial that ended before a restart of the embedded cloud. */
  remember(name: string, definition: number, index: number, costs: readonly number[], completed: boolean): void {
    this.#trials.set(name, { definition, index, costs: [...costs], completed });
  }

  /** @param stop called at most once */
  follow(
    name: string,
    definition: Definition,
    position: { readonly definition: number; readonly index: number },
    stop: (verdict: Verdict) => void,
  ): MetricListener {
    const trial: Follow = { ...position, costs: [], completed: false };
    this.#trials.set(name, trial);
    let stopped = false;
    return (metric, value) => {
      if (stopped || metric !== definition.objective.MetricName) return;
      trial.costs.push(costOf(definition.objective, value));
      const verdict = this.#judge(name, trial);
      if (!verdict) return;
      stopped = true;
      stop(verdict);
    };
  }

  /** @returns the trial's costs by epoch */
  end(name: string, completed: boolean): readonly number[] {
    const trial = this.#trials.get(name);
    if (trial) trial.completed = completed;
    return trial?.costs ?? [];
  }

  #judge(name: string, trial: Follow): Verdict | undefined {
    const others = [...this.#trials].flatMap(([other, found]) =>
      other !== name && found.definition === trial.definition ? [found] : [],
    );
    if (this.#hyperband) return this.#judgeByRung(trial, others);
    const earlier = others.filter(({ completed }) => completed).map(({ costs }) => costs);
    return this.#median && isWorseThanMedian(trial.costs, earlier) ? 'eliminated' : undefined;
  }

  #judgeByRung(trial: Follow, others: readonly Follow[]): Verdict | undefined {
    const resources = resourcesOf(this.#request);
    if (!resources) return undefined;
    const epoch = trial.costs.length;
    // One later: a job that is just to use all its epochs ends by itself, with its model saved.
    if (epoch > resources.max) return 'exhausted';
    const all = brackets(resources.min, resources.max);
    const own = bracketOf(trial.index, all);
    const isRung = epoch < resources.max && all[own]?.rungs.includes(epoch) === true;
    if (!isRung) return undefined;
    const reached = others
      .filter(({ index }) => bracketOf(index, all) === own)
      .flatMap(({ costs }) => costs[epoch - 1] ?? []);
    return survives(trial.costs.at(-1) ?? 0, reached) ? undefined : 'eliminated';
  }
}
