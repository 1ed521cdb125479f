/** A step's medians. */
export interface StepMeasured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

/** What the steps took on a file of so many rows. */
export interface SizeMeasured {
  readonly rows: number;
  readonly megabytes: number;
  readonly steps: Readonly<Record<string, StepMeasured>>;
}

/** Readable on a light and on a dark page: SVG in an `img` follows the reader's colour scheme. */
const style = `<style>
text{font:12px system-ui,sans-serif;fill:#3d4b57}.strong{font-weight:600;fill:#1b2733}.grid{stroke:#c9d3da}
.c0{fill:#0b7a99}.c1{fill:#b7791f}.c2{fill:#b83280}.c3{fill:#5a6b7a}.c4{fill:#2f855a}.other{fill:#9aa8b3}
@media (prefers-color-scheme:dark){text{fill:#b6c2cc}.strong{fill:#eef3f6}.grid{stroke:#3b4955}
.c0{fill:#4fc3e0}.c1{fill:#f0b95b}.c2{fill:#f48fc4}.c3{fill:#a7b6c2}.c4{fill:#68d391}.other{fill:#6b7b88}}
</style>`;

const [width, left, right, bar, gap] = [860, 190, 70, 22, 12];
const n = (value: number): string => value.toFixed(1);

interface Bar {
  readonly name: string;
  readonly parts: readonly { readonly seconds: number; readonly colour: string }[];
}

/** Bars of CPU seconds for one size: the limits, the steps together, and pandas. */
function barsOf({ steps }: SizeMeasured, ours: readonly string[]): Bar[] {
  const alone = (name: string, step: string): Bar[] =>
    steps[step] ? [{ name, parts: [{ seconds: steps[step].cpuSeconds, colour: 'other' }] }] : [];
  return [
    ...alone('copy by DuckDB', 'copy'),
    ...alone('tokens by DuckDB', 'tokens'),
    {
      name: 'Tidegate, all five steps',
      parts: ours.map((step, i) => ({ seconds: steps[step]?.cpuSeconds ?? 0, colour: `c${i}` })),
    },
    ...alone('pandas', 'pandas'),
  ];
}

/** Processor time of each way on the largest file, and of Tidegate's steps by rows, as bars in one SVG. */
export function dataPlot(sizes: readonly SizeMeasured[], ours: readonly string[]): string {
  const largest = sizes.toSorted((a, b) => b.rows - a.rows)[0];
  if (!largest) throw new RangeError('nothing was measured');
  const bars = barsOf(largest, ours);
  const most = Math.max(...bars.map(({ parts }) => parts.reduce((sum, { seconds }) => sum + seconds, 0)));
  const x = (seconds: number): number => (seconds / most) * (width - left - right);
  const out: string[] = [];
  let y = 34;
  const draw = ({ name, parts }: Bar, scale: (seconds: number) => number, label: string): void => {
    out.push(`<text x="${left - 8}" y="${y + 15}" text-anchor="end">${name}</text>`);
    let at = left;
    for (const { seconds, colour } of parts) {
      out.push(`<rect class="${colour}" x="${n(at)}" y="${y}" width="${n(scale(seconds))}" height="${bar}"/>`);
      at += scale(seconds);
    }
    out.push(`<text x="${n(at + 6)}" y="${y + 15}">${label}</text>`);
    y += bar + gap;
  };
  const sum = ({ parts }: Bar) => parts.reduce((all, { seconds }) => all + seconds, 0);
  for (const own of bars) draw(own, x, `${n(sum(own))} s`);
  ours.forEach((step, i) => {
    out.push(
      `<rect class="c${i}" x="${left + i * 110}" y="${y + 2}" width="12" height="12"/><text x="${left + 17 + i * 110}" y="${y + 12}">${step}</text>`,
    );
  });
  y += 50;
  out.push(
    `<text class="strong" x="8" y="${y - 10}">All five steps: CPU time per million rows, and the largest memory</text>`,
  );
  const rates = sizes.map(({ rows, steps }) => ({
    rows,
    parts: ours.map((step, i) => ({ seconds: ((steps[step]?.cpuSeconds ?? 0) / rows) * 1e6, colour: `c${i}` })),
    peak: Math.max(...ours.map((step) => steps[step]?.peakMb ?? 0)),
  }));
  const highest = Math.max(...rates.map(({ parts }) => sum({ name: '', parts })));
  for (const { rows, parts, peak } of rates) {
    const own = { name: `${(rows / 1e6).toLocaleString('en-US')} million rows`, parts };
    draw(own, (s) => (s / highest) * (width - left - right - 60), `${n(sum(own))} s, ${Math.round(peak)} MB`);
  }
  const title = `CPU time of ${largest.rows.toLocaleString('en-US')} loans, ${largest.megabytes.toFixed(0)} MB of CSV`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img" aria-label="${title}">${style}
<text class="strong" x="8" y="20">${title}</text>
${out.join('\n')}
</svg>
`;
}
