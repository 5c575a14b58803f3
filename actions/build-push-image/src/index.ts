import { run } from '../../lib/runner/run.ts';
import { readSettings } from './inputs/inputs.ts';

await run('build-push-image', async () => {
  const settings = await readSettings(process.env);
  // Invalid inputs are reported without loading the rest.
  const { main } = await import('./main.ts');
  await main(settings, process.env);
});
