/**
 * The names of all notices, as a pipeline may quiet them. They stand apart from `registry.ts`, which every function that reads a
 * pipeline would carry otherwise. The registry does not compile with other names, or in another order.
 */
export const NOTICE_NAMES = [
  'run-started',
  'verdict',
  'registered',
  'run-skipped',
  'run-failed',
  'decision',
  'challenge-started',
  'challenge-verdict',
  'challenge-failed',
  'deployed',
  'rolled-back',
  'endpoint-tests',
  'drift',
  'check-failed',
  'outcomes',
  'batch-scored',
  'retired',
  'orphans',
  'costs',
  'cleaned-up',
] as const;
export type NoticeName = (typeof NOTICE_NAMES)[number];
