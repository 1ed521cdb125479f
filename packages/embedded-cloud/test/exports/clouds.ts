/** `embedded-cloud/testing/clouds`: clouds for tests, small ones and ones to be killed. */
export { killAnytime } from '../cloud/kill-anytime.ts';
export { type KillableCloud, startKillable } from '../cloud/killable-cloud.ts';
export { asAdmin, CORE, lambdaFunction, openWorkshop, role } from '../cloud/small-stack.ts';
export { seeded } from '../stepfunctions/support/crash-world.ts';
