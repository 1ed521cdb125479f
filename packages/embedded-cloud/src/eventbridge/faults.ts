import type { EventFault } from '#src/cloud/faults';
import type { Delivery } from './outbox.ts';

/**
 * An event's deliveries to the targets of one rule, as a fault leaves them. A copy is an occasion of its own, so that it
 * starts an execution of its own, as on AWS; the event in it has the same id.
 *
 * @param now milliseconds since the epoch
 */
export function underFault(
  fault: EventFault | undefined,
  deliveries: readonly Delivery[],
  now: number,
): readonly Delivery[] {
  switch (fault?.kind) {
    case undefined:
      return deliveries;
    case 'lost':
      return [];
    case 'duplicated':
      return Array.from({ length: fault.copies }, (_, i) =>
        i === 0
          ? deliveries
          : deliveries.map((delivery) => ({ ...delivery, occasion: `${delivery.occasion}#${i + 1}` })),
      ).flat();
    case 'delayed':
      return deliveries.map((delivery) => ({ ...delivery, notBefore: now + fault.ms }));
    case 'reordered':
      return deliveries.map((delivery) => ({ ...delivery, notBefore: now + fault.ms, heldBack: true }));
  }
}
