import { HttpClient } from '@actions/http-client';
import { classifyRequestError } from '../../../lib/requests/github.ts';
import { type ResponseLimits, serverName } from '../../../lib/requests/responses.ts';
import { withRetries } from '../../../lib/requests/retry.ts';
import { readResponse } from './upload.ts';

/** A `SHA256SUMS` with 1,000 of the longest names has about 350 kB. */
const LIMITS: ResponseLimits = { bytes: 1024 * 1024, seconds: 60 };

/**
 * The text of a release's file. GitHub redirects to the storage of the file, and the client sends no token there.
 * Source: https://docs.github.com/rest/releases/assets#get-a-release-asset
 * @throws {ResponseError} for a response other than 2xx
 */
export async function downloadText({ url, token }: { url: string; token: string }): Promise<string> {
  return withRetries(
    async () => {
      const client = new HttpClient('gitops-actions', [], { allowRetries: false });
      try {
        const response = await client.get(url, {
          accept: 'application/octet-stream',
          authorization: `token ${token}`,
        });
        return await readResponse(response.message, LIMITS, serverName(url));
      } finally {
        client.dispose();
      }
    },
    { retries: 4, classify: classifyRequestError },
  );
}
