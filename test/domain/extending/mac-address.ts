import type { Detector } from '#domain/detectors/detector';

/** Addresses of network cards, which name a device and so its owner. */
export const macAddress = {
  name: 'mac',
  plural: 'MAC addresses',
  summary: 'Six bytes in hexadecimal digits, joined by colons or hyphens.',
  source: 'IEEE 802, EUI-48',
  named: /\bmac( ?addr(ess)?)?\b/,
  form: /(?<![0-9a-f:-])[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}(?![0-9a-f:-])/gi,
  evidence: { share: 0.01 },
  example: '00:1b:63:84:45:e6',
  accepts: ({ value }) => !/^(?:00|ff)([:-])(?:(?:00|ff)\1?)+$/i.test(value),
  masked: (value) => `${value.slice(0, 2)}:***`,
} as const satisfies Detector;
