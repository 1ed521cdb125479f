import * as z from 'zod';
import { ad } from './ad.ts';
import { cddl } from './cddl.ts';
import { cddpl } from './cddpl.ts';
import { ci } from './ci.ts';
import { dar } from './dar.ts';
import { dcacc } from './dcacc.ts';
import { dcr } from './dcr.ts';
import { di } from './di.ts';
import { dpl } from './dpl.ts';
import { dppl } from './dppl.ts';
import { drr } from './drr.ts';
import type { FairnessMetric } from './fairness-metric.ts';
import { ft } from './ft.ts';
import { ge } from './ge.ts';
import { js } from './js.ts';
import { kl } from './kl.ts';
import { ks } from './ks.ts';
import { lp } from './lp.ts';
import { rd } from './rd.ts';
import { sd } from './sd.ts';
import { te } from './te.ts';
import { tvd } from './tvd.ts';

/** Every bias metric of SageMaker Clarify, those of the labels first. Records name metrics, so the order changes no result. */
export const FAIRNESS_METRICS = [
  ci,
  dpl,
  kl,
  js,
  lp,
  tvd,
  ks,
  cddl,
  dppl,
  di,
  dcacc,
  dcr,
  rd,
  dar,
  drr,
  ad,
  sd,
  cddpl,
  te,
  ft,
  ge,
] as const satisfies readonly FairnessMetric[];

/** The metric of a name; undefined for an unregistered one, for example in a record of an older version. */
export const findFairnessMetric = (
  name: string,
  metrics: readonly FairnessMetric[] = FAIRNESS_METRICS,
): FairnessMetric | undefined => metrics.find((metric) => metric.name === name);

/** A metric's name in the pipeline YAML. */
export const fairnessMetricSchema: z.ZodType<string, string> = z.enum(FAIRNESS_METRICS.map(({ name }) => name));
