import type { Champion } from '#schemas/records/run';

/**
 * The versions that a roll-back without a version tries, in order: those that served, from the last one, and that are older than the
 * version in service. Going back a second time leads further back, never forward again. After a retirement was taken back, when
 * nothing serves, every version that served is tried.
 *
 * @param former the former champions, from the last one
 */
export const rollBackOrder = <T extends Pick<Champion, 'modelPackageVersion'>>(
  former: readonly T[],
  champion: Pick<Champion, 'modelPackageVersion'> | undefined,
): T[] => former.filter(({ modelPackageVersion: v }) => !champion || v < champion.modelPackageVersion);
