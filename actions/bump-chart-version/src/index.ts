import { run } from '../../lib/runner/run.ts';
import { readSettings } from './inputs/read-settings.ts';

await run('bump-chart-version', async () => {
  const settings = await readSettings(process.env);
  // Invalid inputs are reported without loading the rest.
  const { main } = await import('./main.ts');
  await main(settings, process.env);
});
