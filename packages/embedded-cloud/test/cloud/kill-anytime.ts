import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { BusyDriver, nothingYet } from './busy-driver.ts';
import { busyFunction, busyStack, EXPECTED } from './busy-stack.ts';
import { type KillableCloud, killWhileStarting, startKillable } from './killable-cloud.ts';
import { openWorkshop } from './small-stack.ts';

/**
 * Kills a busy cloud at random moments, some of them while it starts, until it was killed as often as
 * asked; then lets it end, and expects that nothing that was acknowledged is lost and that the executions are those of a
 * cloud that never stopped.
 * @param random numbers in [0, 1): when the kills come follows from them
 */
export async function killAnytime(kills: number, random: () => number, longestMs = 1200): Promise<void> {
  const workshop = openWorkshop();
  const templatePath = join(workshop.dir, 'template.json');
  writeFileSync(templatePath, JSON.stringify({ Resources: busyStack }));
  workshop.pack('work', { 'index.mjs': busyFunction });
  const known = nothingYet();
  const packageDir = join(workshop.dir, 'package');
  const options = { templatePath, packageDir, stateDir: workshop.stateDir, stackName: 'test' };
  let cloud: KillableCloud | undefined;
  try {
    for (let round = 0; ; round += 1) {
      if (round % 2 === 1) await killWhileStarting(options, 300 + random() * longestMs);
      const up = await startKillable(options);
      cloud = up;
      const driver = new BusyDriver(up);
      const stop = new AbortController();
      // One more execution with each cloud: kills find some at their beginning and others at their end.
      await driver.startExecution(`run-${round}`, known);
      const writing = driver.writeUntilKilled(known, stop.signal);
      const ended = driver.answerUntilEnded(known);
      if (round < kills) {
        await sleep(random() * longestMs);
        await up.kill();
        await Promise.all([writing, ended]);
        driver.close();
        continue;
      }
      expect(await ended).toBe(true);
      stop.abort();
      await writing;
      await expectWhole(driver, known);
      driver.close();
      return;
    }
  } finally {
    await cloud?.kill();
    workshop.remove();
  }
}

async function expectWhole(driver: BusyDriver, known: ReturnType<typeof nothingYet>): Promise<void> {
  const executions = await Promise.all(
    [...known.executions].map(async ([name, arn]) => ({ name, ...(await driver.execution(arn)) })),
  );
  // The last one began after the last kill: what an execution is that nothing interrupted.
  const whole = executions.at(-1);
  for (const { name, status, output, ids, steps, children } of executions) {
    expect({ name, status, output }).toEqual({ name, status: 'SUCCEEDED', output: EXPECTED });
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect(steps).toEqual(whole?.steps);
    expect(children).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  }
  expect(await driver.nestedExecutions()).toBe(executions.length);
  expect(await driver.missing(known)).toEqual([]);
}
