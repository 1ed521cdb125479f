import * as z from 'zod';
import { accuracy } from './accuracy.ts';
import { auc } from './auc.ts';
import { aucOvrMacro } from './auc-ovr-macro.ts';
import { brier } from './brier.ts';
import { f1 } from './f1.ts';
import { f1Macro } from './f1-macro.ts';
import { f1Weighted } from './f1-weighted.ts';
import { ks } from './ks.ts';
import { logLoss } from './log-loss.ts';
import { mae } from './mae.ts';
import type { Metric, Task } from './metric.ts';
import { mse } from './mse.ts';
import { prAuc } from './pr-auc.ts';
import { precision } from './precision.ts';
import { precisionMacro } from './precision-macro.ts';
import { precisionWeighted } from './precision-weighted.ts';
import { r2 } from './r2.ts';
import { recall } from './recall.ts';
import { recallMacro } from './recall-macro.ts';
import { recallWeighted } from './recall-weighted.ts';
import { rmse } from './rmse.ts';

/** Every metric, in the order in which they are listed. Records name metrics, so the order changes no result. */
export const METRICS = [
  auc,
  prAuc,
  accuracy,
  precision,
  recall,
  f1,
  precisionMacro,
  recallMacro,
  f1Macro,
  precisionWeighted,
  recallWeighted,
  f1Weighted,
  logLoss,
  brier,
  ks,
  aucOvrMacro,
  mse,
  rmse,
  mae,
  r2,
] as const satisfies readonly Metric[];
export type MetricName = (typeof METRICS)[number]['name'];

export const metricsOf = (task: Task, metrics: readonly Metric[] = METRICS): readonly Metric[] =>
  metrics.filter(({ measure }) => measure[task] !== undefined);

/** The metric of a name; undefined for an unregistered one, for example in a record of an older version. */
export const findMetric = (name: string, metrics: readonly Metric[] = METRICS): Metric | undefined =>
  metrics.find((metric) => metric.name === name);

/** A metric's name in the pipeline YAML. */
export const metricSchemaOf = (metrics: readonly Metric[]): z.ZodType<string, string> =>
  z.enum(metrics.map(({ name }) => name));
