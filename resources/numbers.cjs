'use strict';

// Parameters that a state machine needs as numbers: `--param` and Serverless variables give only strings.

/** A parameter as a whole number. Throws an error that names the parameter when it is not one, or is out of range. */
async function whole(resolveVariable, name, min, max) {
  const given = String(await resolveVariable(`param:${name}`));
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= min && value <= max) return value;
  throw new Error(`Parameter ${name} is "${given}": use a whole number from ${min} to ${max}.`);
}

module.exports = async ({ resolveVariable }) => ({
  // Must be below MaxDelaySeconds in statemachines/policies.yml: Step Functions requires it.
  pollSeconds: await whole(resolveVariable, 'pollSeconds', 1, 59),
  // The Map state's MaxConcurrency; a Distributed Map runs at most 10,000 children at once.
  shardConcurrency: await whole(resolveVariable, 'shardConcurrency', 1, 10_000),
});
