import { systemClock } from '#src/cloud/clock';
import { createFaultControl, type FaultControl } from '#src/faults/control';

/** Faults for one service under test: its `points` go into the context, rules are set at any time. */
export const faultsUnderTest = (): FaultControl =>
  createFaultControl(systemClock, () => undefined, { function: [], role: [], rule: [] });
