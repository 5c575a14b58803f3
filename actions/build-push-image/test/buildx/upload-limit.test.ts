import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OpenUploads } from '../../src/buildx/open-uploads.ts';
import { UploadLimit } from '../../src/buildx/upload-limit.ts';

/** The log of BuildKit 0.34 up to the upload of an image and its cache. */
const BUILD = `#0 building with "lab" instance using remote driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 92B done
#1 DONE 0.0s

#2 [1/2] COPY hello /hello
#2 CACHED

#3 [2/2] RUN npm ci
#3 0.080 pushing layers
#3 ...

#4 importing cache manifest from prod.example/web:buildcache
#4 ERROR: prod.example/web:buildcache: not found

#3 [2/2] RUN npm ci
#3 DONE 3.1s

#5 exporting to image
#5 exporting layers 0.1s done
#5 exporting manifest sha256:${'a'.repeat(64)} done
#5 DONE 0.1s
`.split('\n');
const PUSH = [...BUILD, '#5 exporting to image', '#5 pushing layers'];
const TO_MANIFEST = [...PUSH, '#5 pushing layers 1.2s done', '#5 pushing manifest for prod.example/web'];
const CACHE = ['#6 exporting cache to registry', '#6 preparing build cache for export'];
const SENDING = [...CACHE, '#6 preparing build cache for export 0.1s done', '#6 sending cache export'];

const uploadAfter = (lines: readonly string[]) => {
  const uploads = new OpenUploads();
  for (const line of lines) uploads.add(line);
  return uploads.upload;
};

describe('the upload that is all a build waits for', () => {
  it.each<[string, string[], string | undefined]>([
    ['is none while steps run', BUILD.slice(0, 9), undefined],
    ['is none between steps', BUILD, undefined],
    ['is none while layers are created', [...BUILD, '#5 exporting to image', '#5 exporting layers'], undefined],
    ['is the image while its layers are pushed', PUSH, 'image'],
    ['is the image during a login for it', [...PUSH, '#7 [auth] web:pull,push token for prod.example'], 'image'],
    ['is none between layers and manifest', [...PUSH, '#5 pushing layers 1.2s done'], undefined],
    ['is the image while its manifest is pushed', TO_MANIFEST, 'image'],
    ['is none when it has ended', [...TO_MANIFEST, '#5 pushing manifest for prod.example/web 0.1s done'], undefined],
    ['is none when it has failed', [...PUSH, '#5 ERROR: failed to push prod.example/web: 500'], undefined],
    ['is none while the cache is prepared', [...PUSH, ...CACHE], undefined],
    ['is the image beside the cache', [...PUSH, ...SENDING], 'image'],
    ['is the cache when the image is pushed', [...PUSH, ...SENDING, '#5 DONE 1.2s'], 'cache'],
    [
      'is none while a step runs beside it, on another builder',
      [...PUSH, '#8 [linux/arm64 2/2] RUN npm ci'],
      undefined,
    ],
    ['is none when a retry begins', [...PUSH, '#0 building with "lab" instance using remote driver'], undefined],
  ])('%s', (_title, lines, expected) => {
    expect(uploadAfter(lines)).toBe(expected);
  });

  it.each([
    ['#3 0.080 pushing layers', 'what a step prints'],
    ['pushing layers', 'a line of no step'],
    ['#3 pushing layers of sand', 'another text'],
  ])('is not %j, %s', (line) => {
    expect(uploadAfter([...BUILD.slice(0, 9), line])).toBeUndefined();
  });
});

describe('the limit of an upload', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const start = (seconds: number, lines: readonly string[]) => {
    const limit = new UploadLimit(seconds);
    for (const line of lines) limit.add(line);
    return limit;
  };
  const pass = (seconds: number) => jest.advanceTimersByTime(seconds * 1000);

  it.each<[string, string[]]>([
    ['image', PUSH],
    ['cache', SENDING],
  ])('ends a build that waits for it: %s', (upload, lines) => {
    const limit = start(3600, lines);
    pass(3599);
    expect(limit.signal.aborted).toBe(false);
    pass(1);
    expect(limit.signal.aborted).toBe(true);
    expect(limit.exceededBy).toBe(upload);
  });

  it('begins again with each line', () => {
    const limit = start(3600, PUSH);
    pass(3599);
    limit.add('#5 0.1 error: retrying in 4s');
    pass(3599);
    expect(limit.signal.aborted).toBe(false);
    pass(1);
    expect(limit.exceededBy).toBe('image');
  });

  it.each<[string, number, string[]]>([
    ['a step that runs', 3600, BUILD.slice(0, 9)],
    ['layers that are created', 3600, [...BUILD, '#5 exporting to image', '#5 exporting layers']],
    ['an upload without a limit', 0, PUSH],
  ])('never ends %s', (_what, seconds, lines) => {
    const limit = start(seconds, lines);
    pass(1_000_000);
    expect(limit.signal.aborted).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves no timer behind', () => {
    start(3600, PUSH).stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});
