import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectToCluster, type KubernetesObject } from '../../cluster/index.ts';
import { ensureTools } from '../../tools/index.ts';
import { Watch } from '../cluster/watch.ts';

const PATH = '/api/v1/namespaces/shop/pods?labelSelector=a%3Db';

const pod = (name: string, phase: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  phase,
});

/** The part of an API server that a watch uses: lists, and streams of events that the test writes and cuts. */
async function startApi() {
  let items: KubernetesObject[] = [];
  const streams: ServerResponse[] = [];
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.setHeader('content-type', 'application/json');
    if (!request.url?.includes('watch=1')) {
      response.end(JSON.stringify({ metadata: { resourceVersion: '7' }, items }));
      return;
    }
    response.flushHeaders();
    streams.push(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const waitForStreams = async (count: number) => {
    while (streams.length < count) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    list: (current: KubernetesObject[]) => {
      items = current;
    },
    waitForStreams,
    event: (type: string, object: object) => streams.at(-1)?.write(`${JSON.stringify({ type, object })}\n`),
    cut: () => streams.at(-1)?.destroy(),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

describe('a watch of objects in a cluster, by the real kubectl', () => {
  let directory: string;
  let api: Awaited<ReturnType<typeof startApi>>;
  let controller: AbortController;
  const open = async () => {
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'a', cluster: { server: `http://127.0.0.1:${api.port}` } }],
        users: [{ name: 'a', user: {} }],
        contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
        'current-context': 'a',
      }),
    );
    return Watch.start(connectToCluster({ kubeconfig }), PATH, controller.signal);
  };
  const phases = (watch: Watch<KubernetesObject>) =>
    watch.items.map(({ metadata, phase }) => `${metadata.name} ${phase}`);

  beforeEach(async () => {
    await ensureTools(['kubectl']);
    directory = await mkdtemp(join(tmpdir(), 'watch-'));
    api = await startApi();
    controller = new AbortController();
  });
  afterEach(async () => {
    controller.abort(new Error('the test is over'));
    await api.close();
    await rm(directory, { recursive: true });
  });

  it('lists the objects, and then applies all changes', async () => {
    api.list([pod('one', 'Running')]);
    const watch = await open();
    expect(phases(watch)).toEqual(['one Running']);
    await api.waitForStreams(1);
    const { searchParams } = new URL(api.requests.at(-1) ?? '', 'http://127.0.0.1');
    expect(Object.fromEntries(searchParams)).toEqual({ labelSelector: 'a=b', watch: '1', resourceVersion: '7' });
    api.event('ADDED', pod('two', 'Pending'));
    api.event('MODIFIED', pod('two', 'Running'));
    api.event('DELETED', pod('one', 'Running'));
    await watch.until('the deletion of one', 30, (items) => !items.some(({ metadata }) => metadata.name === 'one'));
    expect(phases(watch)).toEqual(['two Running']);
    expect(watch.observations.map(({ object, deleted }) => [object.metadata.name, object.phase, deleted])).toEqual([
      ['one', 'Running', false],
      ['two', 'Pending', false],
      ['two', 'Running', false],
      ['one', 'Running', true],
    ]);
  });

  it('lists again when the connection is cut, and records the changes in between', async () => {
    api.list([pod('one', 'Running'), pod('two', 'Running')]);
    const watch = await open();
    await api.waitForStreams(1);
    api.list([pod('two', 'Running'), pod('three', 'Running')]);
    api.cut();
    await watch.until('three', 30, (items) => items.some(({ metadata }) => metadata.name === 'three'));
    expect(phases(watch)).toEqual(['two Running', 'three Running']);
    expect(watch.observations.slice(2).map(({ object, deleted }) => [object.metadata.name, deleted])).toEqual([
      ['three', false],
      ['one', true],
    ]);
    await api.waitForStreams(2);
  });

  it('lists again when the server reports that the resource version is too old', async () => {
    api.list([]);
    const watch = await open();
    await api.waitForStreams(1);
    api.list([pod('one', 'Running')]);
    api.event('ERROR', { kind: 'Status', code: 410 });
    await watch.until('one', 30, (items) => items.length === 1);
    expect(phases(watch)).toEqual(['one Running']);
  });

  it('reports every state in between, however short', async () => {
    api.list([pod('one', 'Running')]);
    const watch = await open();
    await api.waitForStreams(1);
    const edited = watch.until('the edit', 30, ([one]) => one?.phase === 'Edited');
    api.event('MODIFIED', pod('one', 'Edited'));
    api.event('MODIFIED', pod('one', 'Running'));
    expect(await edited).toBe(true);
  });

  it('ends pending waits when it ends', async () => {
    const watch = await open();
    const waiting = watch.until('nothing', 30, () => undefined);
    controller.abort(new Error('the act is over'));
    await expect(waiting).rejects.toThrow('the act is over');
  });

  it('names what it waited for when the time is over', async () => {
    const watch = await open();
    await expect(watch.until('a pod', 0.05, ([pod]) => pod)).rejects.toThrow('waited 0.05 s for a pod');
  });
});
