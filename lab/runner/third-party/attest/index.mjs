import { notice } from '../lib.mjs';

notice(
  'attestation left out',
  'The lab has neither identity tokens nor a transparency log; on GitHub this step signs the provenance.',
);
