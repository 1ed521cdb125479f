/** How much a message matters, from what is good to know to what somebody must look at now. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Whether a severity is higher than another one. */
export const isWorse = (severity: Severity, than: Severity): boolean =>
  SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(than);

/** The severity of a notice: always the same, or one of several by what happened. */
export type SeverityRule<Event, Loaded> =
  | Severity
  | { readonly among: readonly Severity[]; of(event: Event, loaded: Loaded): Severity };
