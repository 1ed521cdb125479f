import { describe, expect, it } from 'vitest';
import { overrideSettings } from '#domain/drift/replay/settings';
import { driftSchema } from '#domain/drift/settings';
import { ConfigurationError } from '#domain/errors';

const section = driftSchema.parse({ schedule: 'rate(1 day)', psi: 0.4, performance: { maxDrop: 0.2 } });

describe('settings of a backtest', () => {
  it('are those of the pipeline, with the given ones in their place', () => {
    const changed = overrideSettings(section, ['psi=0.3', 'performance.decides=false', 'source=newest-drop']);
    expect(changed).toEqual({
      ...section,
      psi: 0.3,
      source: 'newest-drop',
      performance: { ...section.performance, decides: false },
    });
  });

  it('are the defaults of a pipeline without a drift section', () => {
    expect(overrideSettings(undefined, ['performance.metric=f1'])).toEqual(
      driftSchema.parse({ schedule: 'rate(1 day)', performance: { metric: 'f1' } }),
    );
  });

  it.each([
    ['psi', /--set psi is not <setting>=<value>/],
    ['=3', /--set =3 is not <setting>=<value>/],
    ['psy=1', /has no setting psy\. Did you mean psi\?/],
    ['zzzzzzzz=1', /has no setting zzzzzzzz\. docs\/reference\.md/],
    ['performance.maxDrip=1', /has no setting maxDrip\. Did you mean maxDrop\?/],
    ['psi=-1', /drift\.psi: .*docs\/reference\.md/],
    ['window=', /drift\.window: hours or days/],
  ])('refuse %s', (text, message) => {
    expect(() => overrideSettings(section, [text])).toThrow(ConfigurationError);
    expect(() => overrideSettings(section, [text])).toThrow(message);
  });
});
