import { run } from '../../lib/runner/run.ts';
import { throwErrors } from './error-collector.ts';
import { discover } from './inputs/discover.ts';
import { readSettings } from './inputs/inputs.ts';
import { assertNodeVersion } from './inputs/node-version.ts';
import { withTools } from './tools.ts';

await run('helm-lint-scan', async () => {
  assertNodeVersion(process.versions.node);
  const settings = await readSettings(process.env);
  const discovered = await discover(settings);
  // With set-images, main first reads the values, so that an image that no chart uses is reported together with what is missing.
  if (settings.images === undefined) throwErrors(discovered.errors);
  await withTools(settings, discovered, async (tools) => {
    // Invalid inputs and missing files are reported without loading the parsers, schemas and rules.
    const { main } = await import('./main.ts');
    await main(settings, discovered, tools);
  });
});
