import { run } from '../../lib/run.ts';

await run('build-push-image', async () => (await import('./main.ts')).main(process.env));
