import { bounded } from '#domain/data/shown';
import { isHiddenDrop } from '#domain/runs/drop-name';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { formatCount } from '#domain/text/format-number';
import type { Evaluation, Verdict } from '#schemas/records/evaluation';
import type { ModelCard } from '#schemas/records/model-card';
import type { Profile } from '#schemas/records/profile';
import type { DropRecord, TrainingRecord } from '#schemas/records/run';
import { evaluationDetails } from './evaluation.ts';
import type { CardSettings } from './settings.ts';

/** What a model card is made of. */
export interface CardRecords {
  readonly run: RunPointer;
  readonly pipeline: {
    readonly description?: string | undefined;
    readonly card?: CardSettings | undefined;
    readonly training: { readonly algorithm: string };
    readonly split: { readonly strategy: string };
  };
  readonly drop: DropRecord;
  readonly profile: Pick<Profile, 'rows' | 'sides'>;
  readonly training: TrainingRecord;
  readonly evaluation: Evaluation;
  readonly verdict: Verdict;
  /** S3 URI of `model.tar.gz`. */
  readonly modelUri: string;
  readonly artifactsBucket: string;
}

/** SageMaker takes no more of them (Developer Guide, "Model package model card schema"). */
const mostHyperparameters = 100;

function trainingObservations({ profile, pipeline, training }: CardRecords): string {
  const { train, validation, test } = profile.sides;
  const tuned = training.tuning ? ` Tuned: the best of ${training.tuning.trials.length} training jobs.` : '';
  return `${pipeline.training.algorithm}, trained on ${formatCount(train.rows)} rows, stopped by ${formatCount(validation.rows)} validation rows and judged on ${formatCount(test.rows)} holdout rows, of ${formatCount(profile.rows)} in the drop. Split: ${pipeline.split.strategy}.${tuned}`;
}

function objectiveOf({
  training: { hyperparameters },
}: CardRecords): Pick<ModelCard['training_details'], 'objective_function'> {
  const { objective } = hyperparameters;
  if (objective === undefined) return {};
  const facet = bounded(objective, 63);
  return {
    objective_function: { function: { function: 'Minimize', facet }, notes: 'The loss that the training lowers.' },
  };
}

/** A member where there is something to say. */
const said = <Name extends string>(name: Name, text: string | undefined): Partial<Record<Name, string>> =>
  text === undefined ? {} : ({ [name]: text } as Record<Name, string>);

function customDetails({ run, drop, verdict, artifactsBucket }: CardRecords): Record<string, string> {
  const keys = artifactKeys(run);
  const uri = (key: string) => `s3://${artifactsBucket}/${key}`;
  return Object.fromEntries(
    Object.entries({
      pipeline: run.pipeline,
      run_id: run.runId,
      verdict: verdict.passed ? 'passed' : 'refused',
      dataset_version: drop.datasetVersion,
      git_commit: drop.gitCommit,
      config_hash: drop.configHash,
      config_uri: uri(keys.config),
      report_uri: uri(keys.report),
      lineage_uri: uri(keys.drop),
      trained_at: drop.startedAt,
    }).map(([name, value]) => [name, bounded(value, 1024)]),
  );
}

const caveatsOf = ({ pipeline, verdict }: CardRecords): string | undefined => {
  const all = [...(pipeline.card?.caveats === undefined ? [] : [pipeline.card.caveats]), ...(verdict.warnings ?? [])];
  return all.length === 0 ? undefined : bounded(all.join(' '), 2048);
};

/** SageMaker takes no longer card, in characters (API reference, ModelPackageModelCard). */
export const longestCard = 100_000;

/**
 * Leaves out of a card that is too long the last evaluations, then the last groups of metrics, then hyperparameters: the report has
 * them. What is left has limits that make it short enough.
 */
function shortened(card: ModelCard): ModelCard {
  if (JSON.stringify(card).length <= longestCard) return card;
  const { evaluation_details: details, training_details: training } = card;
  if (details.length > 1) return shortened({ ...card, evaluation_details: details.slice(0, -1) });
  const [groups = []] = details.map(({ metric_groups: own = [] }) => own);
  if (groups.length > 0)
    return shortened({
      ...card,
      evaluation_details: details.map((detail) => ({ ...detail, metric_groups: groups.slice(0, -1) })),
    });
  const job = training.training_job_details;
  const hyper_parameters = job.hyper_parameters.slice(0, Math.floor(job.hyper_parameters.length / 2));
  return shortened({ ...card, training_details: { ...training, training_job_details: { ...job, hyper_parameters } } });
}

/**
 * The model card of a candidate, in the form that SageMaker's model registry takes. The same records give the same card. It shows
 * values of the data only where the pipeline's file names them.
 */
export function modelCard(records: CardRecords): ModelCard {
  const { run, pipeline, drop, training, modelUri } = records;
  const { card = {} } = pipeline;
  const hyperparameters = Object.entries(training.hyperparameters).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const dataset = isHiddenDrop(drop.prefix) ? drop.prefix : `s3://${drop.bucket}/${drop.prefix}`;
  return shortened({
    model_overview: {
      model_creator: bounded(
        `${card.owner === undefined ? '' : `${card.owner}, by `}Tidegate, pipeline ${run.pipeline}, run ${run.runId}`,
        1024,
      ),
      model_artifact: [bounded(modelUri, 1024)],
    },
    intended_uses: {
      ...said('purpose_of_model', pipeline.description),
      ...said('intended_uses', card.intendedUses),
      ...said('factors_affecting_model_efficiency', card.limits),
      risk_rating: card.riskRating ?? 'Unknown',
      ...said('explanations_for_risk_rating', card.riskReason),
    },
    business_details: {
      ...said('business_problem', card.businessProblem),
      ...said('business_stakeholders', card.stakeholders),
      ...said('line_of_business', card.lineOfBusiness),
    },
    training_details: {
      ...objectiveOf(records),
      training_observations: bounded(trainingObservations(records), 1024),
      training_job_details: {
        training_datasets: [bounded(dataset, 1024)],
        training_environment: { container_image: [bounded(training.image, 1024)] },
        hyper_parameters: hyperparameters
          .filter(([name, value]) => name !== '' && value !== '')
          .slice(0, mostHyperparameters)
          .map(([name, value]) => ({ name: bounded(name, 255), value: bounded(value, 255) })),
      },
    },
    evaluation_details: evaluationDetails(records.evaluation, records.verdict),
    additional_information: {
      ...said('ethical_considerations', card.ethicalConsiderations),
      ...said('caveats_and_recommendations', caveatsOf(records)),
      custom_details: customDetails(records),
    },
  });
}
