import { shownList } from '#domain/data/shown';
import { counted } from '#domain/text/numbers';
import { unreachable } from '#domain/unreachable';
import type { Arrivals, DriftCheck, DriftReference } from '#schemas/records/drift-check';

type Window = Pick<DriftCheck['window'], 'from' | 'to'>;

/** What a check compares with, as in "against …". */
export function describeReference({ kind, from, to, rows }: DriftReference): string {
  switch (kind) {
    case 'training':
      return 'the training baseline';
    case 'rolling':
      return `${counted(rows, 'row')} from ${from} to ${to}`;
    case 'season':
      return `${counted(rows, 'row')} of the same hours of earlier seasons, ${from} to ${to}`;
    default:
      return unreachable(kind, 'reference of a drift check');
  }
}

/** Why a window has no rows, and what to look at; undefined where that is no finding. */
export function describeSilence(arrivals: Arrivals | undefined, { from, to }: Window): string | undefined {
  const none = `No request was captured from ${from} to ${to}`;
  const look = 'Does the endpoint still receive requests? Data capture stops when its disk is full.';
  switch (arrivals) {
    case 'stopped':
      return `${none}, although there were some before. ${look}`;
    case 'never':
      return `${none}, and none since the model went into service. Does the endpoint receive requests, and may its model write captures to the clean bucket?`;
    case 'unreadable':
      return `Requests were captured from ${from} to ${to}, and no row of them could be read. Do callers send what the model reads? The report of the check names damaged objects.`;
    case 'arrived':
    case 'not-yet':
    case 'off':
    case undefined:
      return undefined;
    default:
      return unreachable(arrivals, 'state of captures');
  }
}

/** What a check could not read, and why it does not compare with earlier windows: a sentence each. */
export function captureRemarks({ unread, reference }: Pick<DriftCheck, 'unread' | 'reference'>): string[] {
  const remarks: string[] = [];
  if (reference?.fellBack !== undefined) remarks.push(`Compared with the training baseline: ${reference.fellBack}.`);
  if (unread && unread.damaged > 0) {
    const where = `${counted(unread.damaged, 'capture')} in ${counted(unread.objects, 'object')}`;
    const verb = unread.damaged === 1 ? 'is' : 'are';
    remarks.push(`${where} ${verb} cut or damaged and not counted: ${shownList(unread.named, 3)}.`);
  }
  if (unread && unread.unusable > 0) {
    remarks.push(`${counted(unread.unusable, 'capture')} without rows and answers of this model: not counted.`);
  }
  return remarks;
}
