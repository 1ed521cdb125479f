import type { CallSite, FaultCase } from './fault-board.ts';
import { type FaultKind, passingKinds } from './fault-kinds.ts';

/** What leaves something behind when it is done: the answer lost after it is the hardest fault. */
const changes = /^(Create|Put|Update|Delete|Register|Deregister|Start|Invoke)/;

/**
 * The faults of a path: at every call one passing fault, of a kind that rotates within the service so that each is seen there; at
 * every call that changes something a lost answer as well; an outage of every operation of every role; and a blackout of Lambda
 * from every call of a machine on. `CHAOS=once` puts one fault at every call, outages among the kinds that rotate; `CHAOS=all`
 * every kind.
 */
export function planFaults(sites: readonly CallSite[], extent = process.env['CHAOS']): FaultCase[] {
  return extent === 'once' ? oneFaultEach(sites) : manyFaults(sites, extent === 'all');
}

function oneFaultEach(sites: readonly CallSite[]): FaultCase[] {
  const kinds: readonly FaultKind[] = [...passingKinds, 'outage'];
  const turns = new Map<string, number>();
  return sites.map((site) => {
    const turn = turns.get(site.service) ?? 0;
    turns.set(site.service, turn + 1);
    return { site, kind: kinds[turn % kinds.length] ?? 'outage' };
  });
}

function manyFaults(sites: readonly CallSite[], all: boolean): FaultCase[] {
  const turns = new Map<string, number>();
  const outages = new Set<string>();
  const cases: FaultCase[] = [];
  for (const site of sites) {
    const turn = turns.get(site.service) ?? 0;
    turns.set(site.service, turn + 1);
    const kinds = new Set<FaultKind>(all ? passingKinds : [passingKinds[turn % passingKinds.length] ?? 'reset']);
    if (changes.test(site.operation)) kinds.add('lost answer');
    const byTarget = site.service === 'lambda' || site.service === 'states';
    const operation = `${site.role}/${site.service}:${site.operation}${byTarget ? site.target : ''}`;
    if (!outages.has(operation)) kinds.add('outage');
    outages.add(operation);
    if (site.service === 'lambda' && /MachineRole$/.test(site.role)) kinds.add('blackout');
    for (const kind of kinds) cases.push({ site, kind });
  }
  return cases;
}
