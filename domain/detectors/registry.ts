import { card } from './card.ts';
import { chinaId } from './china-id.ts';
import { chinaMobile } from './china-mobile.ts';
import { dateOfBirth } from './date-of-birth.ts';
import type { Detector } from './detector.ts';
import { email } from './email.ts';
import { iban } from './iban.ts';
import { ip } from './ip.ts';
import { passport } from './passport.ts';
import { personName } from './person-name.ts';
import { phone } from './phone.ts';
import { streetAddress } from './street-address.ts';
import { url } from './url.ts';
import { usSsn } from './us-ssn.ts';

/** All kinds of personal data that are looked for. Where two claim the same characters, the earlier one has them. */
export const DETECTORS: readonly Detector[] = [
  email,
  url,
  iban,
  chinaId,
  card,
  passport,
  usSsn,
  ip,
  dateOfBirth,
  chinaMobile,
  phone,
  personName,
  streetAddress,
];
