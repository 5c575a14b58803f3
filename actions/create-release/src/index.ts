import { run } from '../../lib/run.ts';

await run('create-release', async () => (await import('./main.ts')).main(process.env));
