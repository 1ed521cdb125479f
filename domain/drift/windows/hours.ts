const hour = 3_600_000;

/** A length of time such as `24h` or `7d`, in hours. */
export const lengthHours = (length: string): number => Number.parseInt(length, 10) * (length.endsWith('d') ? 24 : 1);

/** The start of the hour that an instant (ISO 8601) lies in, so many hours later. */
export const hourStart = (instant: string, later = 0): string =>
  new Date((Math.floor(Date.parse(instant) / hour) + later) * hour).toISOString();

/** The hour of an instant (ISO 8601) as data capture writes it into keys, in UTC: `yyyy/mm/dd/hh`. Hours sort as they pass. */
export function hourOf(instant: string): string {
  const [date = '', time = ''] = hourStart(instant).split('T');
  return `${date.replaceAll('-', '/')}/${time.slice(0, 2)}`;
}

/** The start of an hour `yyyy/mm/dd/hh` (ISO 8601). */
export const startOfHour = (name: string): string => {
  const [year, month, day, hours] = name.split('/');
  return `${year}-${month}-${day}T${hours}:00:00.000Z`;
};

/** Instants from a start on, before an end; ISO 8601. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** Whether any instant of an hour `yyyy/mm/dd/hh` lies in a span. */
export const touches = ({ from, to }: Span, name: string): boolean =>
  Date.parse(from) < Date.parse(to) && name >= hourOf(from) && Date.parse(startOfHour(name)) < Date.parse(to);

/**
 * The window of a check: full hours up to the check, because captures are counted by the hour. It begins with the promotion of the model
 * where that is later. A model that was promoted after the check began (a roll-out ended in between) has an empty window, which ends where
 * it begins.
 *
 * @param length of the window, such as `24h`; times are ISO 8601
 */
export function windowSpan(length: string, promotedAt: string, to: string): Span {
  const start = hourStart(to, -lengthHours(length));
  if (Date.parse(promotedAt) >= Date.parse(to)) return { from: to, to };
  return { from: Date.parse(promotedAt) > Date.parse(start) ? new Date(promotedAt).toISOString() : start, to };
}
