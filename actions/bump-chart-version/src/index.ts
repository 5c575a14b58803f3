import { run } from '../../lib/run.ts';

await run('bump-chart-version', async () => (await import('./main.ts')).main(process.env));
