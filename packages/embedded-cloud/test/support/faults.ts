import { systemClock } from '#src/cloud/clock';
import { createFaultControl, type FaultControl } from '#src/faults/control';
import type { PageApi } from '#src/faults/page-api';
import { inventoryOf } from '#src/faults/strangers';

/** Faults for one service under test: its `points` go into the context, rules are set at any time. */
export const faultsUnderTest = (apis: readonly PageApi[] = []): FaultControl =>
  createFaultControl(systemClock, () => undefined, inventoryOf({}, 'test', apis));
