import { SEVERITIES, type Severity } from '#schemas/records/drift-history';
import type { LabelFinding } from '#schemas/records/label-window';
import type { LabelCheck, LabelComparison } from './label-check.ts';
import { LABEL_CHECKS } from './registry.ts';
import { LABEL_CHECK_NAMES } from './settings.ts';

/** Smaller probabilities are kept as zero: DynamoDB holds no number nearer to zero than 1E-130 (Developer Guide, "Data types"). */
const LEAST_P = 1e-100;

/** What all checks found of a model, and how severe that is. */
export interface JudgedLabels {
  readonly severity: Severity;
  readonly reason: string;
  readonly findings: readonly LabelFinding[];
}

const rank = ({ severity }: { readonly severity: Severity }): number => SEVERITIES.indexOf(severity);

/**
 * Runs every check by labels. A check that may not warn (`drift.labels.checks`) is a note at most. The false alarm rate is that of all checks
 * together (Bonferroni).
 */
export function judgeLabels(
  comparison: LabelComparison,
  checks: readonly LabelCheck[] = LABEL_CHECK_NAMES.map((name) => LABEL_CHECKS[name]),
): JudgedLabels {
  const { settings, falseAlarmRate } = comparison;
  const own = { ...comparison, falseAlarmRate: falseAlarmRate / checks.length };
  const warning: readonly string[] = settings.checks;
  const findings = checks.map((check): LabelFinding => {
    const measured = check.measure(own);
    const measures = measured.measures.map((one) => (one.p !== undefined && one.p < LEAST_P ? { ...one, p: 0 } : one));
    const found = { ...measured, measures };
    const mayWarn = warning.includes(check.name) || rank(found) <= rank({ severity: 'note' });
    return mayWarn ? found : { ...found, severity: 'note' };
  });
  const [worst] = findings.toSorted((a, b) => rank(b) - rank(a));
  return { severity: worst?.severity ?? 'none', reason: worst?.reason ?? '', findings };
}
