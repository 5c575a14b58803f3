function fail(title, message) {
  console.log(`::error title=${title}::${message}`);
  process.exitCode = 1;
}

const image = process.env.INPUT_IMAGE ?? '';
const [, registry, name, reference] = /^([^/]+)\/(.+?)@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
if (registry === undefined) {
  fail('no digest', `The image must be a reference by digest, REGISTRY/NAME@sha256:…, but is "${image}".`);
  process.exit();
}

// The login that the engine of anchore/scan-action reads from its environment.
const credentials = `${process.env.GRYPE_REGISTRY_AUTH_USERNAME ?? ''}:${process.env.GRYPE_REGISTRY_AUTH_PASSWORD ?? ''}`;
const headers = {
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
  accept: [
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.docker.distribution.manifest.v2+json',
  ].join(', '),
};

async function read(path) {
  const response = await fetch(`http://${registry}/v2/${name}/${path}`, { headers });
  if (!response.ok) throw new Error(`${registry} responded with status ${response.status} for ${name}/${path}`);
  return response.json();
}

/** Reads the configurations of the image's platforms. Attestations have none. */
async function readConfigurations(digest) {
  const manifest = await read(`manifests/${digest}`);
  if (manifest.manifests === undefined) return [await read(`blobs/${manifest.config.digest}`)];
  const platforms = manifest.manifests.filter(({ platform }) => platform?.os !== 'unknown');
  return (await Promise.all(platforms.map((platform) => readConfigurations(platform.digest)))).flat();
}

const SECRET = /(password|passwd|secret|token|api_?key|private_?key)[^=]*=./i;

for (const { config = {}, os, architecture } of await readConfigurations(reference)) {
  const platform = `${os}/${architecture}`;
  const user = config.User ?? '';
  if (user === '' || /^(root|0)(:|$)/.test(user))
    fail('runs as root', `${image} (${platform}) has no USER or runs as root.`);
  const secrets = (config.Env ?? [])
    .filter((variable) => SECRET.test(variable))
    .map((variable) => variable.split('=')[0]);
  if (secrets.length > 0)
    fail('secret in the image', `${image} (${platform}) has ${secrets.join(', ')} in its environment.`);
  const source = config.Labels?.['org.opencontainers.image.source'];
  if (source === undefined)
    fail('unknown origin', `${image} (${platform}) has no label org.opencontainers.image.source.`);
  console.log(`${platform}: user ${user}, source ${source}`);
}
console.log(
  '::notice title=vulnerabilities not scanned::The lab has no vulnerability database; on GitHub this step runs anchore/scan-action.',
);
