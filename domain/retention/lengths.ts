import { keptDays } from '#domain/drift/windows/settings';
import type { Issue } from '#domain/issue';
import { daysOf, type RetentionSettings } from './settings.ts';

/** The settings of a pipeline that say how long captured requests and predictions are read. */
export interface ReadingPipeline {
  readonly retention: RetentionSettings;
  readonly drift?: (Parameters<typeof keptDays>[0] & { readonly source: string }) | undefined;
  readonly deployment: { readonly challenge?: { readonly maxDays: number } | undefined };
}

const usualCaptures = 30;

/** Days for which drift checks read captured requests. */
const captureDaysRead = ({ drift }: Pick<ReadingPipeline, 'drift'>): number =>
  drift?.source === 'captures' ? keptDays(drift) : 0;

/** Days for which a challenge reads logged predictions: its longest time, and two for both ends. */
const predictionDaysRead = ({ deployment: { challenge } }: Pick<ReadingPipeline, 'deployment'>): number =>
  challenge ? challenge.maxDays + 2 : 0;

/** Days after which captured requests expire. */
export function captureDays({ retention: { captures }, drift }: Pick<ReadingPipeline, 'retention' | 'drift'>): number {
  return captures === undefined ? Math.max(usualCaptures, captureDaysRead({ drift })) : daysOf(captures);
}

/** Refuses a retention that ends before the last reader of what it keeps. */
export function checkRetention(pipeline: ReadingPipeline, issue: Issue): void {
  const { captures, predictions } = pipeline.retention;
  const captured = captureDaysRead(pipeline);
  if (captures !== undefined && daysOf(captures) < captured)
    issue(
      ['retention', 'captures'],
      `drift checks look back ${captured} days; keep captured requests for ${captured}d or longer, or leave this out`,
    );
  const compared = predictionDaysRead(pipeline);
  if (daysOf(predictions) < compared)
    issue(
      ['retention', 'predictions'],
      `a challenge of ${compared - 2} days reads the predictions of ${compared}; keep them for ${compared}d or longer`,
    );
}
