import { expect } from '@jest/globals';
import type { AdminClient } from '../../hub/admin-client.ts';

/** GitHub ignores keys and parameters that an operation does not have. In a request of an action they are mistakes. */
export async function expectNothingIgnored(admin: AdminClient): Promise<void> {
  const requests = await admin.requests();
  expect(requests.filter(({ ignored }) => ignored.length > 0)).toEqual([]);
}
