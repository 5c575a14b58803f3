console.log(
  '::notice title=attestation skipped::The lab has no identity tokens and no transparency log; on GitHub this step signs the provenance.',
);
