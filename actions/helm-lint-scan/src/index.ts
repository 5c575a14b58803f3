import { run } from '../../lib/run.ts';

await run('helm-lint-scan', async () => (await import('./main.ts')).main(process.env));
